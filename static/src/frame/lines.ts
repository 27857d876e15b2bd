import type { SpokenLine } from "../room/talk.ts";
import type { Say } from "./texts.ts";
import type { FrameView } from "./view.ts";

const CAPTION_STAYS_MS = 6_000;

/** What was said: as captions, as lines for the host page, and as a text to take along. */
export class VisitorLines {
  readonly #lines: SpokenLine[] = [];
  #timer: number | undefined;

  constructor(
    private readonly view: Pick<FrameView, "captionPartial" | "captionFinal">,
    private readonly names: { say: Say; avatarName: string },
    private readonly onLine: (line: SpokenLine) => void,
  ) {}

  /** Partial words are shown, never announced: half a sentence read aloud helps nobody. */
  partial(who: "user" | "avatar", text: string): void {
    if (text === "") return;
    this.view.captionFinal.textContent = "";
    this.#caption(this.view.captionPartial, who, text);
  }

  line(line: SpokenLine): void {
    this.view.captionPartial.textContent = "";
    this.#caption(this.view.captionFinal, line.who, line.text);
    this.#lines.push(line);
    this.onLine(line);
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  /** The whole conversation as plain text. */
  get transcript(): string {
    const inOrder = [...this.#lines].sort((one, other) => one.at - other.at);
    const lines = inOrder.map(({ who, text }) => `${this.#nameOf(who)}: ${text}`);
    return `${lines.join("\n\n")}\n`;
  }

  #caption(place: HTMLElement, who: "user" | "avatar", text: string): void {
    place.textContent = who === "avatar" ? text : `${this.#nameOf(who)}: ${text}`;
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      this.view.captionPartial.textContent = "";
      this.view.captionFinal.textContent = "";
    }, CAPTION_STAYS_MS);
  }

  #nameOf(who: "user" | "avatar"): string {
    return who === "avatar" ? this.names.avatarName : this.names.say("you");
  }
}
