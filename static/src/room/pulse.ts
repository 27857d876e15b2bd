const FROZEN_MS = 6_000;
const AUDIBLE = 0.01;

/** Tells when the avatar's media have stopped: for a while, neither a new frame nor a sound. */
export class Pulse {
  #frames: number | null = null;
  #lastSign: number | undefined;

  /**
   * Whether all has stopped: with so many frames decoded so far (null where that is not known), so
   * loud a sound from 0 to 1, at time `now` in milliseconds.
   */
  isFrozen(frames: number | null, level: number, now: number): boolean {
    const moves = frames === null || frames !== this.#frames;
    this.#frames = frames;
    if (moves || level >= AUDIBLE || this.#lastSign === undefined) this.#lastSign = now;
    return now - this.#lastSign >= FROZEN_MS;
  }

  /** Nothing is to be expected now, so nothing is missed. */
  rest(): void {
    this.#lastSign = undefined;
  }
}
