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

/**
 * Fetches the page's own address, filters and all, and swaps in the one region. Where the whole page
 * is not this person's any more, or is another workspace's now, it is loaded anew, and says so; what
 * somebody has written meanwhile stays for them to copy.
 */
async function refresh(region: string): Promise<void> {
  const address = window.location.href;
  const outcome = listen(address);
  await window.htmx?.ajax("GET", address, {
    target: region,
    select: region,
    swap: "outerHTML",
  });
  const { failed, isOver } = outcome();
  if (isOver && !isBeingWritten()) window.location.reload();
  if (failed) throw new Error("the region could not be read");
}

type HtmxEvent = CustomEvent<{ xhr: XMLHttpRequest; requestConfig: { path: string } }>;

interface Outcome {
  failed: boolean;
  isOver: boolean;
}

/** Hears what comes of asking for `address`; other requests of the page are not its business. */
function listen(address: string): () => Outcome {
  const outcome: Outcome = { failed: false, isOver: false };
  const onFailure = (event: Event): void => {
    const { xhr, requestConfig } = (event as HtmxEvent).detail;
    if (requestConfig.path !== address) return;
    outcome.failed = true;
    outcome.isOver = [403, 404].includes(xhr.status);
  };
  const onAnswer = (event: Event): void => {
    const { xhr, requestConfig } = (event as HtmxEvent).detail;
    if (requestConfig.path !== address || xhr.status !== 200) return;
    if (workspaceOf(parsed(xhr.responseText)) === workspaceOf(document)) return;
    event.preventDefault();
    outcome.failed = outcome.isOver = true;
  };
  const listeners = Object.entries({
    "htmx:sendError": onFailure,
    "htmx:responseError": onFailure,
    "htmx:beforeSwap": onAnswer,
  });
  for (const [name, listener] of listeners) document.body.addEventListener(name, listener);
  return () => {
    for (const [name, listener] of listeners) document.body.removeEventListener(name, listener);
    return outcome;
  };
}

/** In forms that save something: the choice of a look, or of a filter, is lost to nobody. */
function isBeingWritten(): boolean {
  const fields = document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
    "form[method=post] :is(input, textarea)",
  );
  return [...fields].some(
    (field) =>
      field.value !== field.defaultValue ||
      (field instanceof HTMLInputElement && field.checked !== field.defaultChecked),
  );
}

function parsed(html: string): Document {
  return new DOMParser().parseFromString(html, "text/html");
}

function workspaceOf(page: Document): string | undefined {
  return page.querySelector<HTMLElement>("[data-workspace]")?.dataset["workspace"];
}
