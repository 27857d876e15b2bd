// Situations for tests, built from what the page would have been told.
import { type Facts, initialState, reduce, type RoomEvent, type RoomState } from "./state.ts";

export function facts(changes: Partial<Facts> = {}): Facts {
  return {
    state: "live",
    version: 1,
    watchUrl: "/watch/signed",
    steps: {},
    requestedAt: 1_000,
    startedAt: 2_000,
    limitAt: 302_000,
    endReason: "",
    endMessage: "",
    vendorMessage: "",
    retryable: false,
    durationSeconds: null,
    place: null,
    extensionSeconds: 0,
    successorId: null,
    carriesOver: false,
    ...changes,
  };
}

export function after(...events: RoomEvent[]): RoomState {
  return events.reduce(reduce, initialState(facts()));
}

export const JOINED: RoomEvent[] = [
  { type: "microphone", microphone: "on" },
  { type: "link", link: "joining", at: 3_000 },
  { type: "link", link: "joined", at: 4_000 },
];

export const CONVERSING: RoomEvent[] = [
  ...JOINED,
  { type: "picture", at: 5_000 },
  { type: "heard" },
];
