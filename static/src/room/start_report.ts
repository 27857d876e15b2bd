import type { RoomState, ServerState } from "./state.ts";

export type StartStep =
  | "clicked"
  | "told"
  | "joined"
  | "first_frame"
  | "first_sound"
  | "spoke"
  | "first_reply";

/** What must have happened before; a step out of turn is no step of the start. */
const FOLLOWS: Partial<Record<StartStep, StartStep>> = {
  joined: "told",
  first_frame: "joined",
  first_sound: "joined",
  spoke: "joined",
  first_reply: "spoke",
};
/** After the first picture: until then the first sound has mostly come too. */
const SETTLED_MS = 3_000;

export interface StartReportParts {
  /** When somebody clicked, by `performance.now`; null where this page has not seen it. */
  clicked: number | null;
  /** The server's time at a moment of `performance.now`, in milliseconds since 1970. */
  serverTimeAt(moment: number): number;
  /** Best effort; `isLast` is for a page that goes. */
  send(steps: Partial<Record<StartStep, string>>, isLast: boolean): Promise<void>;
}

/**
 * The steps of a start that only this page can time: noted when they happen first, told together,
 * mostly at once.
 */
export class StartReport {
  readonly #noted = new Map<StartStep, number>();
  readonly #told = new Set<StartStep>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasSeenIt = true;

  constructor(private readonly parts: StartReportParts) {
    if (parts.clicked !== null) this.#noted.set("clicked", parts.clicked);
  }

  /** A page that comes to a conversation which runs already has not seen how that began. */
  arrive(state: ServerState): void {
    this.#hasSeenIt = state !== "live" || this.parts.clicked !== null;
  }

  note(step: StartStep, at = performance.now()): void {
    const before = FOLLOWS[step];
    if (this.#noted.has(step) || (before !== undefined && !this.#noted.has(before))) return;
    this.#noted.set(step, at);
    if (step === "first_frame") this.#timer = setTimeout(() => void this.tell(), SETTLED_MS);
    if (step === "first_reply") void this.tell();
  }

  /** Tells what has not been told yet; what does not arrive goes along with the next. */
  async tell(isLast = false): Promise<void> {
    clearTimeout(this.#timer);
    const news = [...this.#noted].filter(([step]) => !this.#told.has(step));
    if (!this.#hasSeenIt || !this.#noted.has("told") || news.length === 0) return;
    for (const [step] of news) this.#told.add(step);
    const steps = news.map(([step, at]) => [step, this.#serverTime(at)]);
    await this.parts.send(Object.fromEntries(steps), isLast).catch(() => {
      for (const [step] of news) this.#told.delete(step);
    });
  }

  #serverTime(moment: number): string {
    return new Date(this.parts.serverTimeAt(moment)).toISOString();
  }
}

/** The steps between two states of the room, for those that its state shows. */
export function stepsBetween(before: RoomState, after: RoomState): StartStep[] {
  const reached: [StartStep, boolean][] = [
    ["joined", before.ownSteps.joined === undefined && after.ownSteps.joined !== undefined],
    ["first_frame", before.ownSteps.picture === undefined && after.ownSteps.picture !== undefined],
    ["spoke", before.userTalking && !after.userTalking],
    ["first_reply", !before.avatarTalking && after.avatarTalking],
  ];
  return reached.flatMap(([step, is]) => (is ? [step] : []));
}
