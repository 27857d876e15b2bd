import type { Facts, ServerState } from "./state.ts";

/** What the server wrote into the page for this room. */
export interface RoomConfig {
  sessionId: string;
  apiBase: string;
  csrfToken: string;
  watchUrl: string;
  version: number;
  state: ServerState;
  avatarName: string;
  maxSeconds: number;
  newSessionUrl: string;
  detailUrl: string;
  isSandbox: boolean;
}

export function readConfig(): RoomConfig {
  const text = document.getElementById("room-config")?.textContent;
  if (!text) throw new Error("the page carries no room-config");
  return JSON.parse(text) as RoomConfig;
}

/** What is known before the server has been asked for the first time. */
export function factsBeforeAsking(config: RoomConfig): Facts {
  return {
    state: config.state,
    version: config.version,
    watchUrl: config.watchUrl,
    steps: {},
    requestedAt: null,
    startedAt: null,
    limitAt: null,
    endReason: "",
    endMessage: "",
    vendorMessage: "",
    retryable: false,
    durationSeconds: null,
    place: null,
    extensionSeconds: 0,
  };
}
