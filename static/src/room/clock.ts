/**
 * The server's clock as this page sees it; the device's own may be minutes off. Each answer says
 * between which bounds the difference lies, and all of them together say it ever more closely.
 */
export class ServerClock {
  #lowest = -Infinity;
  #highest = Infinity;

  /** The server said `serverTime` (milliseconds) in an answer to what was asked at `askedAt`. */
  align(serverTime: number, askedAt: number, answeredAt = Date.now()): void {
    const lowest = serverTime - answeredAt;
    const highest = serverTime - askedAt;
    // Bounds that exclude each other: one of the clocks was set meanwhile, and the news count.
    const agrees = lowest <= this.#highest && highest >= this.#lowest;
    this.#lowest = agrees ? Math.max(lowest, this.#lowest) : lowest;
    this.#highest = agrees ? Math.min(highest, this.#highest) : highest;
  }

  now(): number {
    return Date.now() + this.#offset;
  }

  /** The time there at a moment of `performance.now`, which nobody can set. */
  at(moment: number): number {
    return this.now() - (performance.now() - moment);
  }

  get #offset(): number {
    return Number.isFinite(this.#lowest) ? (this.#lowest + this.#highest) / 2 : 0;
  }
}

/** Seconds as `4:05`, or `1:04:05` from an hour on. */
export function clockWords(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** How long before the limit to warn. */
export const WARNING_SECONDS = 60;

export interface Times {
  elapsed: number;
  remaining: number | null;
}

/** Seconds since the start and to the limit; null before the start. */
export function timesAt(
  now: number,
  startedAt: number | null,
  limitAt: number | null,
): Times | null {
  if (startedAt === null) return null;
  return {
    elapsed: Math.max(0, (now - startedAt) / 1000),
    remaining: limitAt === null ? null : Math.max(0, (limitAt - now) / 1000),
  };
}
