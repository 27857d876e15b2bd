import { ApiError, type Api } from "./api.ts";

// Sooner than a goodbye's lease ends: another page of the same session may just have said one.
const EVERY_MS = 10_000;
const AFTER_FAILURE_MS = 4_000;

export interface PresenceEvents {
  /** After each try: whether the server answered at all. */
  onAnswered(answered: boolean): void;
  /** The server knows of no open session any more. */
  onGone(): void;
}

/** Renews the session's lease while the page is open. Returns what stops it, without a goodbye. */
export function keepPresent(api: Api, on: PresenceEvents): () => void {
  let stopped = false;
  let timer: number | undefined;
  const renew = async (): Promise<void> => {
    const failed = await api.presence().then(() => null, asApiError);
    if (stopped) return;
    on.onAnswered(failed === null || failed.status > 0);
    if (failed !== null && failed.status >= 400 && failed.status < 500) on.onGone();
    timer = window.setTimeout(() => void renew(), failed === null ? EVERY_MS : AFTER_FAILURE_MS);
  };
  const sayGoodbye = (): void => api.goodbye();
  // A page that comes back out of the browser's cache has lost its room.
  const comeBack = (event: PageTransitionEvent): void => {
    if (event.persisted) window.location.reload();
  };
  window.addEventListener("pagehide", sayGoodbye);
  window.addEventListener("pageshow", comeBack);
  void renew();
  return () => {
    stopped = true;
    window.clearTimeout(timer);
    window.removeEventListener("pagehide", sayGoodbye);
  };
}

function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(0, "unknown", String(error), true);
}
