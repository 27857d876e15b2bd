import { clockWords } from "./room/clock.ts";

/** What a figure on a page of running conversations says, that many seconds after it began. */
export function figure(kind: string, seconds: number, perMinute: number): string {
  if (kind !== "credits") return clockWords(seconds);
  // Whole minutes are billed, the first one at once.
  const credits = Math.round(Math.max(1, Math.ceil(seconds / 60)) * perMinute * 100) / 100;
  const places = Number.isInteger(credits) ? 0 : 2;
  return credits.toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: places });
}

const shownAt = new WeakMap<Element, number>();

/**
 * Moves figures on each second: `<span data-counts="up" data-seconds="65">1:05</span>`, likewise
 * `down` and `credits`. They count from when the page got them, whatever its device's clock says.
 */
export function bindLiveFigures(root: ParentNode): void {
  for (const element of root.querySelectorAll("[data-counts]")) {
    if (!shownAt.has(element)) shownAt.set(element, performance.now());
  }
}

export function countLiveFigures(): void {
  setInterval(() => {
    for (const element of document.querySelectorAll<HTMLElement>("[data-counts]")) {
      const since = (performance.now() - (shownAt.get(element) ?? performance.now())) / 1000;
      const { counts = "up", seconds, perMinute } = element.dataset;
      const now = Number(seconds) + (counts === "down" ? -since : since);
      const words = figure(counts, now, Number(perMinute ?? 0));
      if (element.textContent !== words) element.textContent = words;
    }
  }, 1000);
}
