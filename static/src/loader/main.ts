// The script of a widget's snippet: draws a button, and nothing more until somebody means to use it.
// Several widgets' scripts share the first one's element and its `window.LiveAvatar`.
import type { EventName, LoaderConfig } from "./config.ts";
import { configs, WidgetElement } from "./element.ts";

declare const __LIVEAVATAR__: LoaderConfig;

interface LiveAvatarApi {
  add(config: LoaderConfig, script: HTMLOrSVGScriptElement | null): void;
  open(widget?: string): void;
  close(widget?: string): void;
  start(widget?: string): void;
  end(widget?: string): void;
  on(event: EventName, listener: (event: CustomEvent) => void, widget?: string): () => void;
}

declare global {
  interface Window {
    LiveAvatar?: LiveAvatarApi;
  }
}

const NAME = "liveavatar-widget";
const find = (id?: string): WidgetElement | null =>
  document.querySelector<WidgetElement>(id ? `${NAME}[widget="${id}"]` : NAME);

/** The element in the page; a floating one that a page has lost is put back. */
function reach(id?: string): WidgetElement | null {
  const config = id ? configs.get(id) : configs.values().next().value;
  return find(id) ?? (config?.placement === "floating" ? place(config, null) : null);
}

function place(config: LoaderConfig, script: HTMLOrSVGScriptElement | null): WidgetElement {
  const made = document.createElement(NAME) as WidgetElement;
  made.setAttribute("widget", config.id);
  if (config.placement === "inline" && script && document.body.contains(script)) script.after(made);
  else document.body.append(made);
  return made;
}

function ready(work: () => void): void {
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", work, { once: true });
  else work();
}

const api: LiveAvatarApi = (window.LiveAvatar ??= {
  add(config, script) {
    if (configs.has(config.id)) return;
    configs.set(config.id, config);
    ready(() => {
      const waiting = document.querySelectorAll<WidgetElement>(NAME);
      for (const element of waiting) element.connectedCallback();
      if (!find(config.id)) place(config, script);
    });
  },
  open: (id) => reach(id)?.open(),
  close: (id) => find(id)?.close(),
  start: (id) => reach(id)?.start(),
  end: (id) => find(id)?.end(),
  on(event, listener, id) {
    const target = reach(id);
    target?.addEventListener(event, listener as EventListener);
    return () => target?.removeEventListener(event, listener as EventListener);
  },
});
if (!customElements.get(NAME)) customElements.define(NAME, WidgetElement);
api.add(__LIVEAVATAR__, document.currentScript);
