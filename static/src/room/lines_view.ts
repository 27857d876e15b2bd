import type { RoomElements } from "./elements.ts";
import type { SpokenLine } from "./talk.ts";

const CAPTION_STAYS_MS = 6_000;

/** Captions on the picture and the transcript beside it. */
export class LinesView {
  #timer: number | undefined;

  constructor(
    private readonly parts: RoomElements,
    private readonly avatarName: string,
  ) {}

  /** Partial words are shown, never announced: half a sentence read aloud helps nobody. */
  partial(who: "user" | "avatar", text: string): void {
    if (text !== "") this.#caption(this.parts.captionPartial, who, text);
  }

  line({ who, text }: SpokenLine): void {
    this.parts.captionPartial.textContent = "";
    this.#caption(this.parts.captionFinal, who, text);
    this.parts.transcriptEmpty.hidden = true;
    const item = document.createElement("li");
    item.className = `said said--${who}`;
    const name = document.createElement("span");
    name.className = "said__name";
    name.textContent = this.#nameOf(who);
    const words = document.createElement("p");
    words.textContent = text;
    item.append(name, words);
    this.#append(item);
  }

  /** A line across: what follows belongs to another conversation. */
  divide(words: string): void {
    this.#clear();
    const item = document.createElement("li");
    item.className = "transcript__divider";
    item.textContent = words;
    this.#append(item);
  }

  #caption(place: HTMLElement, who: "user" | "avatar", text: string): void {
    place.textContent = who === "avatar" ? text : `You: ${text}`;
    if (place === this.parts.captionPartial) this.parts.captionFinal.textContent = "";
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#clear(), CAPTION_STAYS_MS);
  }

  #clear(): void {
    this.parts.captionPartial.textContent = "";
    this.parts.captionFinal.textContent = "";
  }

  /** Scrolls along, unless somebody has scrolled back to read. */
  #append(item: HTMLElement): void {
    const list = this.parts.transcript;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    list.append(item);
    if (atEnd) list.scrollTop = list.scrollHeight;
  }

  #nameOf(who: "user" | "avatar"): string {
    return who === "avatar" ? this.avatarName : "You";
  }
}
