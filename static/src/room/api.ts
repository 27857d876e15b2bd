import type { RoomConfig } from "./config.ts";
import type { ServerClock } from "./clock.ts";
import type { StartStep } from "./start_report.ts";
import type { Facts, ServerState, StepName } from "./state.ts";

/** A refusal in the API's one error shape, or a network that did not answer (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryable: boolean,
    /** By which the server's log knows the request. */
    readonly requestId = "",
  ) {
    super(message);
  }
}

export interface RoomAddress {
  url: string;
  token: string;
}

export interface TranscriptLine {
  key: string;
  role: "user" | "avatar";
  text: string;
  at: string;
}

export interface Api {
  facts(): Promise<Facts>;
  room(): Promise<RoomAddress>;
  presence(): Promise<void>;
  stop(): Promise<void>;
  extend(): Promise<void>;
  /** Asks for the session that goes on after this one; asked again, it is the same one. */
  successor(): Promise<StateAnswer>;
  /** The person goes on in the successor: this one ends. */
  continued(): Promise<void>;
  /** What is sent last leaves even from a page that goes; nobody hears whether it arrived. */
  lines(lines: TranscriptLine[], isLast?: boolean): Promise<void>;
  timeline(steps: Partial<Record<StartStep, string>>, isLast?: boolean): Promise<void>;
  report(event: string, detail?: string): Promise<void>;
  goodbye(): void;
}

/** How requests about one session travel: by whose right, and to which address. */
export interface Transport {
  /** The answer's JSON to `path` below the session's own address; throws ApiError. */
  ask(path: string, body?: unknown): Promise<unknown>;
  /** While a page is unloading, only what needs no waiting still leaves: prepared beforehand. */
  lastWords(path: LastPath, body: unknown): void;
  goodbye(): void;
}

export type LastPath = "/lines" | "/timeline";

const TIMEOUT_MS = 10_000;

/** This page as long as it is loaded: what it asks is void once it has said goodbye. */
export const PAGE = newId();

/** A member's right is their cookie, shown to be meant by the CSRF token. */
export function memberTransport(config: RoomConfig): Transport {
  const headers = { "x-csrftoken": config.csrfToken };
  const goodbye = new URLSearchParams({
    gone: "1",
    page: PAGE,
    csrfmiddlewaretoken: config.csrfToken,
  });
  return {
    ask: (path, body) => send(config.apiBase + path, body, headers),
    lastWords: (path, body) => sendLast(config.apiBase + path, body, headers),
    goodbye: () => void navigator.sendBeacon(`${config.apiBase}/presence`, goodbye),
  };
}

export function createApi({ ask, lastWords, goodbye }: Transport, clock: ServerClock): Api {
  const tell = async (path: LastPath, body: unknown, isLast: boolean): Promise<void> => {
    if (isLast) lastWords(path, body);
    else await ask(path, body);
  };
  return {
    async facts() {
      const askedAt = Date.now();
      const answer = (await ask("")) as StateAnswer;
      clock.align(Date.parse(answer.server_time), askedAt);
      return readFacts(answer);
    },
    room: () => ask("/room") as Promise<RoomAddress>,
    async presence() {
      await ask("/presence", { page: PAGE });
    },
    async stop() {
      await ask("/stop", {});
    },
    async extend() {
      await ask("/extend", {});
    },
    successor: () => ask("/successor", {}) as Promise<StateAnswer>,
    async continued() {
      await ask("/continued", {});
    },
    lines: (lines, isLast = false) => tell("/lines", { lines }, isLast),
    timeline: (steps, isLast = false) => tell("/timeline", steps, isLast),
    async report(event, detail) {
      await ask("/reports", detail === undefined ? { event } : { event, detail });
    },
    goodbye,
  };
}

/** Not `randomUUID`, which a page without TLS lacks. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Asks our server; a GET without a body. Throws ApiError. */
export async function send(
  url: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<unknown> {
  // Made here, so that a request is known by it even where no answer comes.
  const requestId = newId();
  const asked = request(body, { "x-request-id": requestId, ...headers });
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, { ...asked, signal }).catch(() => {
    throw new ApiError(0, "unreachable", "The server does not answer.", true, requestId);
  });
  if (response.ok) return response.status === 204 ? undefined : await response.json();
  throw await readError(response, requestId);
}

/** Sends what is let go of at once: it leaves even while the page does. */
export function sendLast(url: string, body: unknown, headers: Record<string, string>): void {
  fetch(url, { ...request(body, headers), keepalive: true }).catch(() => undefined);
}

function request(body: unknown, headers: Record<string, string>): RequestInit {
  const asked = { accept: "application/json", ...headers };
  if (body === undefined) return { headers: asked, cache: "no-store" };
  return {
    method: "POST",
    headers: { ...asked, "content-type": "application/json" },
    body: JSON.stringify(body),
    cache: "no-store",
  };
}

interface ErrorAnswer {
  error?: { code?: string; message?: string; retryable?: boolean };
}

async function readError(response: Response, requestId: string): Promise<ApiError> {
  const answer = (await response.json().catch(() => ({}))) as ErrorAnswer;
  return new ApiError(
    response.status,
    answer.error?.code ?? "unknown",
    answer.error?.message ?? "Something went wrong on the server.",
    answer.error?.retryable ?? response.status >= 500,
    requestId,
  );
}

/** The body of `GET /api/sessions/<id>`. */
export interface StateAnswer {
  id: string;
  state: ServerState;
  version: number;
  watch_url: string;
  steps: { name: StepName; at: string | null }[];
  requested_at: string | null;
  started_at: string | null;
  limit_at: string | null;
  server_time: string;
  end_reason: string | null;
  end_message: string | null;
  vendor_message: string | null;
  retryable: boolean;
  duration_seconds: number | null;
  place: number | null;
  extension_seconds: number;
  successor: string | null;
  carries_over: boolean;
}

export function readFacts(answer: StateAnswer): Facts {
  const steps = answer.steps.flatMap(({ name, at }) => (at === null ? [] : [[name, Date.parse(at)]]));
  return {
    state: answer.state,
    version: answer.version,
    watchUrl: answer.watch_url,
    steps: Object.fromEntries(steps) as Facts["steps"],
    requestedAt: readTime(answer.requested_at),
    startedAt: readTime(answer.started_at),
    limitAt: readTime(answer.limit_at),
    endReason: answer.end_reason ?? "",
    endMessage: answer.end_message ?? "",
    vendorMessage: answer.vendor_message ?? "",
    retryable: answer.retryable,
    durationSeconds: answer.duration_seconds,
    place: answer.place,
    extensionSeconds: answer.extension_seconds,
    successorId: answer.successor,
    carriesOver: answer.carries_over,
  };
}

function readTime(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}
