import { watch } from "./watch.ts";

interface Htmx {
  ajax(
    verb: string,
    url: string,
    options: { target: string; select: string; swap: string },
  ): Promise<void>;
}

declare global {
  interface Window {
    htmx?: Htmx;
  }
}

/**
 * `<section id="keys" data-watch="/watch/…" data-version="7">` is read again, from the page's own
 * address, whenever its version rises. The fresh region carries a fresh watch address.
 */
export function watchPage(): void {
  const watched = document.querySelector<HTMLElement>("[data-watch]");
  if (watched === null) return;
  const region = `#${watched.id}`;
  watch({
    url: watched.dataset["watch"] ?? "",
    version: Number(watched.dataset["version"] ?? 0),
    onVersion: () => (hasGrown(region) ? undefined : refresh(region)),
    onExpired: async () => {
      await refresh(region);
      const fresh = document.querySelector<HTMLElement>("[data-watch]");
      const url = fresh?.dataset["watch"];
      const version = Number(fresh?.dataset["version"] ?? 0);
      return url === undefined ? null : { url, version };
    },
  });
}

/** Whoever asked for more rows keeps them: a fresh region has those of the first page alone. */
function hasGrown(region: string): boolean {
  return document.querySelector(`${region} [data-appended]`) !== null;
}

/** Fetches the page's own address, filters and all, and swaps in the one region. */
async function refresh(region: string): Promise<void> {
  const failed = listenForFailure();
  await window.htmx?.ajax("GET", window.location.href, {
    target: region,
    select: region,
    swap: "outerHTML",
  });
  if (failed()) throw new Error("the region could not be read");
}

function listenForFailure(): () => boolean {
  let failed = false;
  const note = (): void => {
    failed = true;
  };
  const events = ["htmx:sendError", "htmx:responseError"];
  for (const name of events) document.body.addEventListener(name, note);
  return () => {
    for (const name of events) document.body.removeEventListener(name, note);
    return failed;
  };
}
