// Everything the page knows about the session, and how each event changes it. Pure: no clock, no
// page, no network, so that every situation can be built in a test.
import type { Successor } from "./succession.ts";

export type ServerState =
  | "waiting"
  | "requested"
  | "starting"
  | "uncertain"
  | "live"
  | "stopping"
  | "ended"
  | "failed";

export type StepName = "requested" | "claimed" | "minted" | "started" | "joined" | "picture";

/** What the server says. Times are milliseconds since 1970 by the server's clock. */
export interface Facts {
  state: ServerState;
  version: number;
  watchUrl: string;
  steps: Partial<Record<StepName, number>>;
  requestedAt: number | null;
  startedAt: number | null;
  limitAt: number | null;
  endReason: string;
  endMessage: string;
  /** The cloud's own words about a start that failed. */
  vendorMessage: string;
  retryable: boolean;
  durationSeconds: number | null;
  /** In the waiting line, 1 first. */
  place: number | null;
  /** By how much it may be made longer. */
  extensionSeconds: number;
  /** The session that goes on after this one, where one was asked for. */
  successorId: string | null;
  /** Whether its avatar was told the last lines of the conversation before. */
  carriesOver: boolean;
}

/**
 * `closed`: the cloud closed the room, and the server is being asked why. `lost`: nobody closed it,
 * and LiveKit has given up on the connection. `rejoining`: a fresh one is being tried.
 */
export type Link =
  | "idle"
  | "joining"
  | "joined"
  | "reconnecting"
  | "closed"
  | "lost"
  | "rejoining"
  | "taken_over"
  | "left";
export type Microphone = "asking" | "on" | "muted" | "denied" | "missing" | "busy" | "insecure";
export type Quality = "unknown" | "good" | "fair" | "poor" | "lost";
export type Worry =
  | "slow"
  | "silent"
  | "frozen"
  | "no_picture"
  | "last_minute"
  | "restored"
  | "new_conversation"
  | "unexplained";

export interface RoomState {
  facts: Facts;
  link: Link;
  microphone: Microphone;
  /** Steps that only this page knows: when it joined, when the picture came. */
  ownSteps: Partial<Record<StepName, number>>;
  heard: boolean;
  /** The avatar's sound arrives, loud or not. */
  sounding: boolean;
  soundBlocked: boolean;
  avatarTalking: boolean;
  userTalking: boolean;
  thinking: boolean;
  quality: Quality;
  online: boolean;
  serverReachable: boolean;
  ending: boolean;
  successor: Successor | null;
  worries: ReadonlySet<Worry>;
  dismissed: ReadonlySet<string>;
}

export type RoomEvent =
  | { type: "facts"; facts: Facts }
  | { type: "link"; link: Link; at: number }
  | { type: "microphone"; microphone: Microphone }
  | { type: "picture"; at: number }
  | { type: "heard" }
  | { type: "sounding" }
  | { type: "sound_blocked"; blocked: boolean }
  | { type: "avatar_talking"; talking: boolean }
  | { type: "user_talking"; talking: boolean }
  | { type: "quality"; quality: Quality }
  | { type: "online"; online: boolean }
  | { type: "server_reachable"; reachable: boolean }
  | { type: "ending"; ending: boolean }
  | { type: "successor"; successor: Successor }
  | { type: "worry"; worry: Worry; on: boolean }
  | { type: "dismissed"; notice: string };

export function initialState(facts: Facts): RoomState {
  return {
    facts,
    link: "idle",
    microphone: "asking",
    ownSteps: {},
    heard: false,
    sounding: false,
    soundBlocked: false,
    avatarTalking: false,
    userTalking: false,
    thinking: false,
    quality: "unknown",
    online: true,
    serverReachable: true,
    ending: false,
    successor: null,
    worries: new Set(),
    dismissed: new Set(),
  };
}

export function reduce(state: RoomState, event: RoomEvent): RoomState {
  switch (event.type) {
    case "facts":
      // Two answers may cross on their way; the older one says nothing new.
      return event.facts.version < state.facts.version ? state : withFacts(state, event.facts);
    case "link":
      return withLink(state, event.link, event.at);
    case "microphone":
      return withMicrophone(state, event.microphone);
    case "picture":
      return {
        ...without(state, "slow"),
        ownSteps: { ...state.ownSteps, picture: state.ownSteps.picture ?? event.at },
      };
    case "heard":
      return { ...without(state, "silent"), heard: true };
    case "sounding":
      return { ...state, sounding: true };
    case "sound_blocked":
      return { ...state, soundBlocked: event.blocked };
    case "avatar_talking":
      return { ...state, avatarTalking: event.talking, thinking: false };
    case "user_talking":
      return withUserTalking(state, event.talking);
    case "quality":
      return { ...state, quality: event.quality };
    case "online":
      return { ...state, online: event.online };
    case "server_reachable":
      return { ...state, serverReachable: event.reachable };
    case "ending":
      return { ...state, ending: event.ending };
    case "successor":
      return isSame(state.successor, event.successor) ? state : { ...state, successor: event.successor };
    case "worry":
      return event.on
        ? { ...state, worries: new Set([...state.worries, event.worry]) }
        : without(state, event.worry);
    case "dismissed":
      return { ...state, dismissed: new Set([...state.dismissed, event.notice]) };
  }
}

/** A limit that has moved is not near any more. */
function withFacts(state: RoomState, facts: Facts): RoomState {
  const isExtended = state.facts.limitAt !== null && (facts.limitAt ?? 0) > state.facts.limitAt;
  return { ...(isExtended ? without(state, "last_minute") : state), facts };
}

/** A notice about the microphone that was waved away comes back when it stands differently. */
function withMicrophone(state: RoomState, microphone: Microphone): RoomState {
  const dismissed = [...state.dismissed].filter((notice) => !notice.startsWith("microphone_"));
  return { ...state, microphone, dismissed: new Set(dismissed) };
}

function withLink(state: RoomState, link: Link, at: number): RoomState {
  const joined = link === "joined";
  const restored = joined && ["reconnecting", "lost", "rejoining"].includes(state.link);
  const told = restored ? reduce(state, { type: "worry", worry: "restored", on: true }) : state;
  return {
    ...(joined ? told : without(told, "frozen")),
    link,
    ownSteps: joined ? { ...state.ownSteps, joined: state.ownSteps.joined ?? at } : state.ownSteps,
    quality: joined ? state.quality : link === "reconnecting" ? "lost" : "unknown",
    sounding: joined && state.sounding,
    avatarTalking: joined && state.avatarTalking,
    thinking: joined && state.thinking,
  };
}

/** Thinking is the silence between the end of what a person said and the avatar's first word. */
function withUserTalking(state: RoomState, talking: boolean): RoomState {
  const stopped = state.userTalking && !talking;
  return {
    ...(talking ? without(state, "silent") : state),
    userTalking: talking,
    thinking: stopped && !state.avatarTalking,
  };
}

function isSame(one: Successor | null, other: Successor): boolean {
  return one?.stage === other.stage && one.place === other.place && one.words === other.words;
}

function without(state: RoomState, worry: Worry): RoomState {
  if (!state.worries.has(worry)) return state;
  return { ...state, worries: new Set([...state.worries].filter((other) => other !== worry)) };
}
