/** Follows one version number on the server, with one request held open at a time. */
export interface WatchOptions {
  url: string;
  version: number;
  /** The version is higher now. A rejection is retried like a lost connection. */
  onVersion: (version: number) => Promise<void> | void;
  /** The address has run out (403 or 410); the answer is a fresh one, or null to stop. */
  onExpired: () => Promise<{ url: string; version: number } | null>;
  /** Whether the server could be reached, told on each change of that. */
  onReachable?: (reachable: boolean) => void;
  /** For a page that must know at once, in whichever tab: a conversation, or its turn in line. */
  evenHidden?: boolean;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;

/** Starts watching; paused while the tab is hidden, unless `evenHidden`. Returns what stops it. */
export function watch(options: WatchOptions): () => void {
  const stopped = new AbortController();
  void follow(options, stopped.signal);
  return () => stopped.abort();
}

async function follow(options: WatchOptions, signal: AbortSignal): Promise<void> {
  let { url, version } = options;
  let failures = 0;
  while (!signal.aborted) {
    if (!options.evenHidden) await untilVisible(signal);
    if (signal.aborted) return;
    const answer = await ask(url, version, signal, options.evenHidden ?? false);
    if (signal.aborted) return;
    if (answer.kind === "failed") {
      options.onReachable?.(false);
      await untilRetry(retryDelay(failures++), signal);
      continue;
    }
    if (failures > 0) options.onReachable?.(true);
    failures = 0;
    if (answer.kind === "expired") {
      const fresh = await options.onExpired().catch(() => undefined);
      if (fresh === null) return;
      if (fresh === undefined) await untilRetry(LONGEST_RETRY_MS, signal);
      else ({ url, version } = fresh);
    } else if (answer.kind === "newer") {
      try {
        await options.onVersion(answer.version);
        version = answer.version;
      } catch {
        await untilRetry(retryDelay(failures++), signal);
      }
    }
  }
}

type Answer =
  | { kind: "newer"; version: number }
  | { kind: "nothing" }
  | { kind: "expired" }
  | { kind: "hidden" }
  | { kind: "failed" };

async function ask(
  url: string,
  after: number,
  signal: AbortSignal,
  evenHidden: boolean,
): Promise<Answer> {
  const hidden = new AbortController();
  const onHidden = (): void => {
    if (document.hidden && !evenHidden) hidden.abort();
  };
  document.addEventListener("visibilitychange", onHidden);
  try {
    const response = await fetch(`${url}?after=${after}`, {
      cache: "no-store",
      signal: AbortSignal.any([signal, hidden.signal]),
    });
    return await read(response);
  } catch {
    return { kind: hidden.signal.aborted ? "hidden" : "failed" };
  } finally {
    document.removeEventListener("visibilitychange", onHidden);
  }
}

async function read(response: Response): Promise<Answer> {
  if (response.status === 204) return { kind: "nothing" };
  if (response.status === 403 || response.status === 410) return { kind: "expired" };
  if (!response.ok) return { kind: "failed" };
  const { version } = (await response.json()) as { version: number };
  return { kind: "newer", version };
}

/** Doubling with up to a quarter of chance, so that many pages do not return as one. */
export function retryDelay(failures: number, chance = Math.random()): number {
  const base = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
  return base * (1 + chance / 4);
}

function untilVisible(signal: AbortSignal): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    const check = (): void => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener("visibilitychange", check);
      resolve();
    };
    document.addEventListener("visibilitychange", check);
    signal.addEventListener("abort", check, { once: true });
  });
}

/** Waits, or less when the browser says that the network is back; not at all once aborted. */
export function untilRetry(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    window.addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
}
