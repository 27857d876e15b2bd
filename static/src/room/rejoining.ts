import { retryDelay, untilRetry } from "../watch.ts";

export interface RejoiningParts {
  /** Whether it worked. */
  join(): Promise<boolean>;
  /** Whether another try makes sense: the session runs, and nobody has left it. */
  isWanted(): boolean;
  /** Waits between two tries. */
  wait?: typeof untilRetry;
}

/** Gets back into a room, trying for as long as that is wanted. */
export class Rejoining {
  #pause: AbortController | undefined;

  constructor(private readonly parts: RejoiningParts) {}

  /** Begins to try, unless it has begun already. */
  start(): void {
    if (this.#pause === undefined) void this.#try();
  }

  /** Tries at once, whether or not it has begun already. */
  now(): void {
    this.#pause?.abort();
    this.start();
  }

  async #try(): Promise<void> {
    const { join, isWanted, wait = untilRetry } = this.parts;
    for (let failures = 0; ; failures += 1) {
      this.#pause = new AbortController();
      if ((await join()) || !isWanted()) break;
      await wait(retryDelay(failures), this.#pause.signal);
      if (!isWanted()) break;
    }
    this.#pause = undefined;
  }
}
