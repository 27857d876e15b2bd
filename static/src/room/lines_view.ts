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

  line({ who, text, at }: SpokenLine): void {
    this.parts.captionPartial.textContent = "";
    this.#caption(this.parts.captionFinal, who, text);
    this.parts.transcriptEmpty.hidden = true;
    const item = document.createElement("li");
    item.className = `said said--${who}`;
    item.dataset["at"] = String(at);
    const name = document.createElement("span");
    name.className = "said__name";
    name.textContent = this.#nameOf(who);
    const words = document.createElement("p");
    words.textContent = text;
    item.append(name, words);
    this.#place(item, at);
  }

  /** A line across: what follows belongs to another conversation. */
  divide(words: string): void {
    this.#clear();
    const item = document.createElement("li");
    item.className = "transcript__divider";
    item.textContent = words;
    this.#place(item, Infinity);
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

  /** After what was said before it. Scrolls along, unless somebody has scrolled back to read. */
  #place(item: HTMLElement, at: number): void {
    const list = this.parts.transcript;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    const before = [...list.children].findLast((other) => saidAt(other) <= at);
    if (before === undefined) list.prepend(item);
    else before.after(item);
    if (atEnd) list.scrollTop = list.scrollHeight;
  }

  #nameOf(who: "user" | "avatar"): string {
    return who === "avatar" ? this.avatarName : "You";
  }
}

function saidAt(item: Element): number {
  return item instanceof HTMLElement ? Number(item.dataset["at"] ?? 0) : 0;
}
