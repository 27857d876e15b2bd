/** What the server writes into the loader in place of the identifier `__LIVEAVATAR__`. */
export interface LoaderConfig {
  id: string;
  /** The address of our document; its origin is the only one that is believed. */
  frame: string;
  placement: "floating" | "inline";
  corner: "bottom-right" | "bottom-left" | "top-right" | "top-left";
  open: boolean;
  theme: "auto" | "light" | "dark";
  shape: "round" | "soft" | "square";
  accent: string;
  accentText: string;
  language: string;
  direction: "ltr" | "rtl";
  texts: Record<"launcher" | "greeting" | "close" | "frame_title", string>;
}

export type EventName = "ready" | "open" | "start" | "connected" | "transcript" | "end" | "error";
