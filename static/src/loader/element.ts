import type { LoaderConfig } from "./config.ts";
import { stylesFor } from "./styles.ts";

const ALLOW = "microphone; autoplay; fullscreen; speaker-selection; screen-wake-lock";
const READY_WITHIN_MS = 10_000;

export const configs = new Map<string, LoaderConfig>();

/** One widget in the page: a button, and our document in a frame once somebody means to use it. */
export class WidgetElement extends HTMLElement {
  _config: LoaderConfig | undefined;
  _wrap = document.createElement("div");
  _panel = document.createElement("div");
  _launcher = document.createElement("button");
  _greeting = document.createElement("p");
  _frame: HTMLIFrameElement | undefined;
  _queue: string[] = [];
  _isReady = false;
  _timer = 0;

  /** Draws itself as soon as both are there: the element, and its script's configuration. */
  connectedCallback(): void {
    const id = this.getAttribute("widget") ?? configs.keys().next().value;
    const config = id && configs.get(id);
    if (!config || this._config || !this.isConnected) return;
    this._config = config;
    this.setAttribute("widget", config.id);
    addEventListener("message", this._hear);
    this._draw(config);
    if (window.name === this._mark) this.open(false);
    else if (config.open) (window.requestIdleCallback ?? setTimeout)(() => this.open(false));
  }

  disconnectedCallback(): void {
    if (!this._config) return;
    removeEventListener("message", this._hear);
    this._setLive(false);
    this._drop();
    this._config = undefined;
  }

  /** Opened by a person it takes the focus, and the frame may load what a conversation needs. */
  open(focus = true): void {
    this._make();
    this._show(true);
    if (focus) {
      this._frame!.focus();
      this._send("opened");
    }
    this._tell("open");
  }

  close(): void {
    if (this._config?.placement === "inline" || this._panel.hidden) return;
    this._show(false);
    this._send("closed");
    this._launcher.focus();
  }

  start(): void {
    this.open();
    this._send("start");
  }

  end(): void {
    this._send("end");
  }

  get _mark(): string {
    return `liveavatar:${this._config!.id}`;
  }

  _draw(config: LoaderConfig): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(stylesFor(config));
    root.adoptedStyleSheets = [sheet];
    const { texts, placement } = config;
    this.dir = config.direction;
    this.lang = config.language;
    this._wrap.className = "w";
    this._wrap.role = "region";
    this._wrap.ariaLabel = texts.launcher;
    this._panel.className = "f";
    this._panel.id = "panel";
    if (placement === "floating") {
      this._panel.role = "dialog";
      this._panel.ariaLabel = texts.frame_title;
      this._launcher.setAttribute("aria-controls", "panel");
    }
    this._launcher.type = "button";
    this._greeting.textContent = texts.greeting;
    this._launcher.onclick = () => (this._panel.hidden ? this.open() : this.close());
    for (const intent of ["pointerenter", "focus", "touchstart"]) {
      this._launcher.addEventListener(intent, () => this._make(), { passive: true });
    }
    this._wrap.onkeydown = (event) => {
      if (event.key === "Escape") this.close();
    };
    this._show(false);
    this._wrap.replaceChildren(this._panel, this._greeting, this._launcher);
    root.replaceChildren(this._wrap);
  }

  _show(open: boolean): void {
    const { texts, placement } = this._config!;
    this._panel.hidden = !open;
    this._greeting.hidden = open || !texts.greeting;
    this._launcher.textContent = open ? texts.close : texts.launcher;
    if (placement === "floating") this._launcher.ariaExpanded = String(open);
    else this._launcher.hidden = open;
  }

  _make(): void {
    if (this._frame) return;
    const { frame, texts } = this._config!;
    const made = document.createElement("iframe");
    made.src = frame;
    made.allow = ALLOW;
    made.referrerPolicy = "origin";
    made.title = texts.frame_title;
    made.onload = () => {
      this._post("hello");
      this._timer = window.setTimeout(() => this._tell("error", { code: "blocked" }), READY_WITHIN_MS);
    };
    this._frame = made;
    this._panel.append(made);
  }

  _drop(): void {
    clearTimeout(this._timer);
    this._frame?.remove();
    this._frame = undefined;
    this._isReady = false;
    this._queue = [];
  }

  /** Waits for the frame where it is still on its way. */
  _send(type: string): void {
    if (this._isReady) this._post(type);
    else this._queue.push(type);
  }

  _post(type: string): void {
    const { id, frame } = this._config!;
    this._frame?.contentWindow?.postMessage({ liveavatar: 1, widget: id, type }, new URL(frame).origin);
  }

  _hear = ({ data, origin, source }: MessageEvent): void => {
    const { id, frame } = this._config!;
    if (!this._frame || source !== this._frame.contentWindow || origin !== new URL(frame).origin) return;
    if (data?.liveavatar !== 1 || data.widget !== id) return;
    const { liveavatar: _, widget: __, type, ...detail } = data;
    if (type === "ready") {
      clearTimeout(this._timer);
      this._isReady = true;
      for (const waiting of this._queue.splice(0)) this._post(waiting);
    }
    if (type === "close") this.close();
    if (type === "live") this._setLive(detail.live);
    if (type === "expired") this._again();
    this._tell(type, detail);
  };

  _again(): void {
    this._drop();
    this._make();
    if (!this._panel.hidden) this._send("opened");
  }

  /** Noted in the window's name, which a reload and a step within the site keep, and no server sees. */
  _setLive(live: boolean): void {
    this._launcher.classList.toggle("l", live);
    if (live ? window.name === "" : window.name === this._mark) window.name = live ? this._mark : "";
  }

  _tell(name: string, detail: object = {}): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
