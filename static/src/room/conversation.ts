import { type Api, ApiError, type RoomAddress } from "./api.ts";
import type { ServerClock } from "./clock.ts";
import type { DeviceKind } from "./devices.ts";
import type { Call, CallEvents } from "./media.ts";
import { PAUSE_MS, runMeters } from "./meters.ts";
import { askForMicrophone, whenAllowed } from "./mic.ts";
import { Rejoining } from "./rejoining.ts";
import { StartReport, stepsBetween } from "./start_report.ts";
import { isLost } from "./moods.ts";
import type { Link, RoomEvent, RoomState, ServerState } from "./state.ts";
import type { Store } from "./store.ts";
import { Talk } from "./talk.ts";
import type { LinesView } from "./lines_view.ts";
import { TranscriptSender } from "./transcript.ts";

export interface ConversationParts {
  api: Api;
  clock: ServerClock;
  store: Store<RoomState, RoomEvent>;
  media: Promise<typeof import("./media.ts")>;
  video: HTMLVideoElement;
  lines: Pick<LinesView, "partial" | "line">;
  /** Where the room will most likely be; empty where nobody knows. */
  roomHost: string;
  /** When somebody clicked, by `performance.now`; null where this page has not seen it. */
  clicked: number | null;
  /** Whether the avatar is only seen until `hush(false)`. */
  isSilent: boolean;
  showLevel(level: number): void;
  /** Something happened that the server may know more about. */
  lookAgain(): void;
}

const RETRY_ROOM_MS = 2_000;

/** The page's side of the room: joining, the microphone, what is said, and leaving. */
export class Conversation {
  readonly #call: Promise<Call>;
  readonly #talk: Talk;
  readonly #sender: TranscriptSender;
  readonly #start: StartReport;
  readonly #onHide = (): void => this.#sayLastWords();
  readonly #rejoining = new Rejoining({
    join: () => this.join(),
    isWanted: () => this.#isCutOff,
  });
  #stopMeters: (() => void) | undefined;
  #expected: Promise<RoomAddress | null> | undefined;
  #left = false;

  constructor(private readonly parts: ConversationParts) {
    const { api, clock, clicked } = parts;
    this.#sender = new TranscriptSender((lines, isLast) => api.lines(lines, isLast));
    this.#start = new StartReport({
      clicked,
      serverTimeAt: (moment) => clock.at(moment),
      send: (steps, isLast) => api.timeline(steps, isLast),
    });
    this.#talk = this.#newTalk();
    this.#call = parts.media.then(({ Call }) => this.#newCall(Call));
    parts.store.subscribe(() => {
      if (this.#isCutOff) this.#rejoining.start();
    });
  }

  /** Rejects when this page can take part in no room, for want of the code. */
  async prepared(): Promise<void> {
    await this.#call;
  }

  async askForMicrophone(): Promise<void> {
    if (this.#left) return;
    const { store } = this.parts;
    store.dispatch({ type: "microphone", microphone: "asking" });
    const outcome = await askForMicrophone();
    if (outcome.microphone === "on") {
      if (this.#left) return outcome.track.stop();
      store.dispatch({ type: "microphone", microphone: "on" });
      await (await this.#call).useMicrophone(outcome.track);
    } else {
      store.dispatch({ type: "microphone", microphone: outcome.microphone });
      const event = outcome.microphone === "missing" ? "mic_missing" : "mic_denied";
      this.#report(event, outcome.microphone);
      if (outcome.microphone === "denied") void whenAllowed(() => void this.askForMicrophone());
    }
  }

  /** Goes on with the microphone of the conversation before, as it stood there. */
  async takeMicrophone(before: Conversation): Promise<void> {
    const { microphone } = before.parts.store.state;
    const track = (await before.#call).copyMicrophone();
    if (this.#left) return track?.stop();
    if (track === null && ["asking", "on", "muted"].includes(microphone)) {
      return this.askForMicrophone();
    }
    this.parts.store.dispatch({ type: "microphone", microphone });
    if (track !== null) await (await this.#call).useMicrophone(track, microphone === "muted");
  }

  /** The state in which this page finds the session; told once somebody says goodbye for it. */
  arrive(state: ServerState): void {
    this.#start.arrive(state);
    // After the goodbye: a page that is made to go has little time, and what runs on is paid for.
    window.addEventListener("pagehide", this.#onHide);
  }

  /** There is news: after the last step before a room, ask for it beside asking what the news is. */
  expectRoom(): void {
    const { state, steps } = this.parts.store.state.facts;
    if (state !== "starting" || steps.minted === undefined) return;
    // Once, however many news there are before it is used: each hand-out is audited.
    this.#expected ??= this.parts.api.room().catch(() => {
      this.#expected = undefined;
      return null;
    });
  }

  /** Fetches the room's address and joins; whether that worked. A room that is lost is retried. */
  async join(): Promise<boolean> {
    const { state } = this.parts.store;
    const wasLost = isLost(state);
    this.#start.note("told");
    this.#link(state.link === "idle" ? "joining" : "rejoining");
    const address = await this.#address();
    if (address === null || this.#left) return false;
    try {
      await (await this.#call).join(address);
      return true;
    } catch {
      this.#link("lost");
      if (!wasLost) this.#report("disconnected", "join_failed");
      return false;
    }
  }

  /** Leaves the room as it stands and joins afresh, at once. */
  rejoin(): void {
    this.#rejoining.now();
  }

  toggleMute(): Promise<void> {
    return this.setMuted(this.parts.store.state.microphone !== "muted");
  }

  async setMuted(muted: boolean): Promise<void> {
    // LiveKit would open a microphone anew that has been let go of.
    if (this.#left) return;
    await (await this.#call).setMuted(muted);
    this.parts.store.dispatch({ type: "microphone", microphone: muted ? "muted" : "on" });
  }

  async interrupt(): Promise<void> {
    await (await this.#call).interrupt();
  }

  async setVolume(volume: number): Promise<void> {
    (await this.#call).avatar.setVolume(volume);
  }

  async hush(silent: boolean): Promise<void> {
    (await this.#call).avatar.setSilent(silent);
  }

  /** Sends what was said so far. */
  async tellLines(): Promise<void> {
    await this.#sender.flush();
  }

  async startSound(): Promise<void> {
    await (await this.#call).startSound();
  }

  async chooseDevice(kind: DeviceKind, deviceId: string): Promise<void> {
    if (this.#left) return;
    await (await this.#call).chooseDevice(kind, deviceId);
  }

  /** Leaves for good: the room, the microphone, and the last lines to the server. */
  async leave(): Promise<void> {
    if (this.#left) return;
    this.#left = true;
    this.#stopMeters?.();
    this.parts.showLevel(0);
    window.removeEventListener("pagehide", this.#onHide);
    // Where the code for it never came there is no room to leave.
    await this.#call.then((call) => call.leave(), () => undefined);
    await Promise.all([this.#sender.flush(), this.#start.tell()]);
  }

  #sayLastWords(): void {
    this.#sender.flushLast();
    void this.#start.tell(true);
  }

  /** Null when there is no room to join; the server's own state then says why. */
  async #address(): Promise<RoomAddress | null> {
    const expected = await this.#expected;
    this.#expected = undefined;
    if (expected) return expected;
    while (!this.#left) {
      try {
        return await this.parts.api.room();
      } catch (error) {
        this.parts.lookAgain();
        if (!(error instanceof ApiError) || !error.retryable) {
          this.#link("closed");
          return null;
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_ROOM_MS));
      }
    }
    return null;
  }

  /** Out of a room that the session still has, as far as is known. */
  get #isCutOff(): boolean {
    const { state } = this.parts.store;
    return !this.#left && !state.ending && state.facts.state === "live" && isLost(state);
  }

  #newCall(Kind: typeof Call): Call {
    const call = new Kind(this.parts.video, this.#callEvents());
    call.avatar.setSilent(this.parts.isSilent);
    call.prepare(this.parts.roomHost);
    this.#stopMeters = runMeters({
      call,
      state: () => this.parts.store.state,
      dispatch: (event) => this.#dispatch(event),
      told: () => this.#talk.tells,
      showLevel: (level) => this.parts.showLevel(level),
      sounded: () => this.#start.note("first_sound"),
    });
    return call;
  }

  #callEvents(): CallEvents {
    const { store, clock } = this.parts;
    return {
      link: (link) => this.#link(link),
      picture: () => this.#dispatch({ type: "picture", at: clock.now() }),
      sounding: () => this.#dispatch({ type: "sounding" }),
      soundBlocked: (blocked) => this.#dispatch({ type: "sound_blocked", blocked }),
      message: (bytes) => this.#talk.receive(bytes),
      microphoneEnded: () => store.dispatch({ type: "microphone", microphone: "missing" }),
      disconnected: (reason) => this.#closed(reason),
    };
  }

  #newTalk(): Talk {
    const { lines, clock } = this.parts;
    return new Talk({
      now: () => clock.now(),
      dispatch: (event) => this.#dispatch(event),
      partial: (who, text) => lines.partial(who, text),
      line: (line) => {
        lines.line(line);
        const { key, who, text, at } = line;
        this.#sender.add({ key, role: who, text, at: new Date(at).toISOString() });
      },
      stopped: (reason) => this.#closed(reason),
    });
  }

  #link(link: Link): void {
    this.#dispatch({ type: "link", link, at: this.parts.clock.now() });
  }

  #dispatch(event: RoomEvent): void {
    const before = this.parts.store.state;
    this.parts.store.dispatch(event);
    const after = this.parts.store.state;
    for (const step of stepsBetween(before, after)) {
      // That somebody has finished is heard only after the pause that shows it.
      const late = step === "spoke" && !this.#talk.tells ? PAUSE_MS : 0;
      this.#start.note(step, performance.now() - late);
    }
    for (const report of worthTelling(before, after)) this.#report(report);
  }

  #closed(reason: string): void {
    if (this.#left || this.parts.store.state.ending) return;
    this.#report("disconnected", reason);
    this.parts.lookAgain();
  }

  #report(event: string, detail?: string): void {
    // Best effort: the server finds out by itself, only later.
    this.parts.api.report(event, detail).catch(() => undefined);
  }
}

/** What the server notes in the session's timeline. */
function worthTelling(before: RoomState, after: RoomState): string[] {
  const told: [string, boolean, boolean][] = [
    ["reconnected", before.worries.has("restored"), after.worries.has("restored")],
    ["frozen", before.worries.has("frozen"), after.worries.has("frozen")],
    ["taken_over", before.link === "taken_over", after.link === "taken_over"],
    ["autoplay_blocked", before.soundBlocked, after.soundBlocked],
  ];
  return told.flatMap(([report, was, is]) => (is && !was ? [report] : []));
}
