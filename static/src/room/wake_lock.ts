/** Keeps a phone from falling asleep in the middle of a conversation, where the browser can. */
export class WakeLock {
  #held: WakeLockSentinel | undefined;
  #wanted = false;

  constructor() {
    // The browser takes the lock away with the page out of sight.
    document.addEventListener("visibilitychange", () => void this.#hold());
  }

  set(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    if (wanted) void this.#hold();
    else void this.#held?.release();
  }

  async #hold(): Promise<void> {
    if (!this.#wanted || document.hidden || !("wakeLock" in navigator)) return;
    // Refused on low battery, which is a good reason.
    this.#held = await navigator.wakeLock.request("screen").catch(() => undefined);
  }
}
