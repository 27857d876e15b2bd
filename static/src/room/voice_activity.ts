/**
 * Turns loudness into "is talking": at once above the threshold, over only after a pause. For
 * connectors that tell nothing on the data topic, and for the first sound of the avatar.
 */
export class VoiceActivity {
  #talking = false;
  #lastLoud = 0;

  constructor(
    private readonly threshold: number,
    private readonly pauseMs: number,
  ) {}

  /** `level` from 0 to 1 at time `now` in milliseconds. */
  hear(level: number, now: number): boolean {
    if (level >= this.threshold) {
      this.#talking = true;
      this.#lastLoud = now;
    } else if (now - this.#lastLoud > this.pauseMs) {
      this.#talking = false;
    }
    return this.#talking;
  }
}
