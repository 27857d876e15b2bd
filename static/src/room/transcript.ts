import type { TranscriptLine } from "./api.ts";

const EVERY_MS = 2_000;
const LONGEST_MS = 30_000;
const MOST_AT_ONCE = 50;

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
    this.#waiting.push(line);
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
      this.#waiting = this.#waiting.slice(batch.length);
      this.#failures = 0;
    } catch {
      this.#failures += 1;
    }
    if (this.#waiting.length > 0) this.#plan(Math.min(LONGEST_MS, EVERY_MS * 2 ** this.#failures));
  }

  #plan(milliseconds: number): void {
    this.#timer ??= setTimeout(() => void this.flush(), milliseconds);
  }
}
