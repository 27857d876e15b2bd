import type { FrameConfig } from "./config.ts";

/** The owner's colours, shape and theme. Through the CSSOM: our own policy allows no style attribute. */
export function applyLook(root: HTMLElement, config: FrameConfig): void {
  const page = document.documentElement;
  if (config.theme !== "auto") page.dataset["theme"] = config.theme;
  root.dataset["shape"] = config.shape;
  page.style.setProperty("--accent", config.accent);
  page.style.setProperty("--on-accent", config.accentText);
}
