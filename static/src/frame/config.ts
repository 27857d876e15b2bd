/** What the server wrote into the frame's document. */
export interface FrameConfig {
  widgetId: string;
  grant: string;
  /** Milliseconds since 1970 by the server's clock, as is `serverTime`. */
  grantExpiresAt: number;
  serverTime: number;
  /** The origin of the page that holds this frame; nobody else is spoken to. */
  hostOrigin: string;
  apiBase: string;
  /** Where the room will most likely be; empty where nobody knows. */
  roomHost: string;
  language: string;
  direction: "ltr" | "rtl";
  texts: Record<string, string>;
  avatarName: string;
  previewUrl: string;
  theme: "auto" | "light" | "dark";
  shape: "round" | "soft" | "square";
  accent: string;
  accentText: string;
  captions: boolean;
  transcript: boolean;
  pushToTalk: "off" | "hold" | "toggle";
  /** A `KeyboardEvent.code`; empty for none. */
  pushToTalkKey: string;
  maxSeconds: number;
  placement: "floating" | "inline";
  isPreview: boolean;
}

export function readConfig(): FrameConfig {
  const text = document.getElementById("frame-config")?.textContent;
  if (!text) throw new Error("the document carries no frame-config");
  return JSON.parse(text) as FrameConfig;
}
