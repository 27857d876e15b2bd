import type { TranscriptLine } from "./api.ts";

const EVERY_MS = 2_000;
const LONGEST_MS = 30_000;
const MOST_AT_ONCE = 50;

/** Sends finished lines to the server in batches. A line has a key, so sending it twice is safe. */
export class TranscriptSender {
  #waiting: TranscriptLine[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending: Promise<void> | undefined;
  #failures = 0;

  constructor(private readonly send: (lines: TranscriptLine[]) => Promise<void>) {}

  add(line: TranscriptLine): void {
    this.#waiting.push(line);
    this.#plan(EVERY_MS);
  }

  /** Sends what waits, now; resolves when that has been tried. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#sending;
    if (this.#waiting.length === 0) return;
    this.#sending = this.#sendBatch();
    await this.#sending;
    this.#sending = undefined;
    if (this.#waiting.length > 0) this.#plan(Math.min(LONGEST_MS, EVERY_MS * 2 ** this.#failures));
  }

  async #sendBatch(): Promise<void> {
    const batch = this.#waiting.slice(0, MOST_AT_ONCE);
    try {
      await this.send(batch);
      this.#waiting = this.#waiting.slice(batch.length);
      this.#failures = 0;
    } catch {
      this.#failures += 1;
    }
  }

  #plan(milliseconds: number): void {
    this.#timer ??= setTimeout(() => void this.flush(), milliseconds);
  }
}
