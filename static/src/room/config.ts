import type { StateAnswer } from "./api.ts";
import type { Facts, ServerState } from "./state.ts";

/** What the server wrote into the page for this room. */
export interface RoomConfig {
  sessionId: string;
  apiBase: string;
  csrfToken: string;
  watchUrl: string;
  version: number;
  state: ServerState;
  /** Where the room will most likely be; empty where nobody knows. */
  roomHost: string;
  avatarName: string;
  maxSeconds: number;
  newSessionUrl: string;
  detailUrl: string;
  roomUrl: string;
  againUrl: string;
  /** The room of the session that goes on after this one, which is over. */
  successorUrl: string;
  isSandbox: boolean;
}

export function readConfig(): RoomConfig {
  const text = document.getElementById("room-config")?.textContent;
  if (!text) throw new Error("the page carries no room-config");
  return JSON.parse(text) as RoomConfig;
}

/** The page of another session with the same settings: its addresses differ in the id. */
export function configFor(config: RoomConfig, answer: StateAnswer): RoomConfig {
  const { id, state, version, watch_url: watchUrl } = answer;
  const of = (address: string): string => address.replace(config.sessionId, id);
  return {
    ...config,
    sessionId: id,
    apiBase: of(config.apiBase),
    detailUrl: of(config.detailUrl),
    roomUrl: of(config.roomUrl),
    againUrl: of(config.againUrl),
    watchUrl,
    version,
    state,
  };
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
    successorId: null,
    carriesOver: false,
  };
}
