import { ApiError, type TranscriptLine } from "./api.ts";

const EVERY_MS = 2_000;
const LONGEST_MS = 30_000;
const MOST_AT_ONCE = 50;
/** As the server's own limits: what is longer would be refused, and hold up what comes after. */
const LONGEST_KEY = 64;
const LONGEST_TEXT = 4_000;

/** Sends finished lines to the server in batches. A line has a key, so sending it twice is safe. */
export class TranscriptSender {
  #waiting: TranscriptLine[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending: Promise<void> = Promise.resolve();
  #failures = 0;

  constructor(
    private readonly send: (lines: TranscriptLine[], isLast: boolean) => Promise<void>,
  ) {}

  add(line: TranscriptLine): void {
    const text = shortened(line.text, LONGEST_TEXT);
    if (text === "") return;
    this.#waiting.push({ ...line, text, key: shortened(line.key, LONGEST_KEY) });
    this.#plan(EVERY_MS);
  }

  /** Sends what waits, one batch after the other; resolves when that has been tried. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending = this.#sending.then(() => this.#sendBatch());
    return this.#sending;
  }

  /** For a page that goes: whatever waits leaves now, what is on its way once more. */
  flushLast(): void {
    if (this.#waiting.length > 0) void this.send(this.#waiting.slice(0, MOST_AT_ONCE), true);
  }

  async #sendBatch(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const batch = this.#waiting.slice(0, MOST_AT_ONCE);
    try {
      await this.send(batch, false);
      this.#forget(batch);
    } catch (error) {
      // What is not understood once never will be.
      if (error instanceof ApiError && error.status === 400) this.#forget(batch);
      else this.#failures += 1;
    }
    if (this.#waiting.length > 0) this.#plan(Math.min(LONGEST_MS, EVERY_MS * 2 ** this.#failures));
  }

  #forget(batch: TranscriptLine[]): void {
    this.#waiting = this.#waiting.slice(batch.length);
    this.#failures = 0;
  }

  #plan(milliseconds: number): void {
    this.#timer ??= setTimeout(() => void this.flush(), milliseconds);
  }
}

/** In whole characters, without what no text may hold: zeros and halves of characters. */
function shortened(text: string, longest: number): string {
  const whole = text.replace(/[\0\p{Surrogate}]/gu, "");
  return whole.length <= longest ? whole : Array.from(whole).slice(0, longest).join("");
}
