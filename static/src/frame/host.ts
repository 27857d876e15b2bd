import type { FrameConfig } from "./config.ts";

export type FromHost = "hello" | "opened" | "closed" | "start" | "end";
export type ToHost =
  | "ready"
  | "start"
  | "connected"
  | "transcript"
  | "end"
  | "error"
  | "close"
  | "live"
  | "expired";

const TYPES: ReadonlySet<string> = new Set(["hello", "opened", "closed", "start", "end"]);

/** What a message says, if it is the host page's and for this widget; null for anything else. */
export function readMessage(
  event: Pick<MessageEvent, "data" | "origin" | "source">,
  expected: { origin: string; source: unknown; widgetId: string },
): FromHost | null {
  const { data, origin, source } = event;
  if (origin !== expected.origin || source !== expected.source) return null;
  if (typeof data !== "object" || data === null) return null;
  if (data.liveavatar !== 1 || data.widget !== expected.widgetId) return null;
  return TYPES.has(data.type) ? (data.type as FromHost) : null;
}

/** The page that holds this frame. Nothing secret is ever told to it. */
export class Host {
  /** Whether our loader is there; a plain iframe says nothing. */
  hasLoader = false;

  constructor(
    private readonly config: Pick<FrameConfig, "hostOrigin" | "widgetId">,
    private readonly on: (type: FromHost) => void,
  ) {
    window.addEventListener("message", (event) => this.#hear(event));
  }

  /** Whether the browser itself names the origin that the server read from the Referer. */
  get isAsGranted(): boolean {
    const ancestor = window.location.ancestorOrigins?.[0];
    return ancestor === undefined || ancestor === this.config.hostOrigin;
  }

  tell(type: ToHost, detail: Record<string, unknown> = {}): void {
    const message = { ...detail, liveavatar: 1, widget: this.config.widgetId, type };
    if (window.parent !== window) window.parent.postMessage(message, this.config.hostOrigin);
  }

  #hear(event: MessageEvent): void {
    const { hostOrigin, widgetId } = this.config;
    const type = readMessage(event, { origin: hostOrigin, source: window.parent, widgetId });
    if (type === null) return;
    this.hasLoader = true;
    if (type === "hello") this.tell("ready");
    this.on(type);
  }
}
