// How a new conversation takes over from one that can last no longer. Pure, as the state is.
import { endWords } from "./ends.ts";
import { isOver } from "./moods.ts";
import type { RoomState } from "./state.ts";

/**
 * The session that goes on after this one, as the page of this one shows it. `coming`: it is being
 * started. `waiting`: it has no place yet. `refused`: there will be none, for the reason in `words`.
 */
export interface Successor {
  stage: "asked" | "waiting" | "coming" | "refused";
  place: number | null;
  words: string;
}

export const ASKED: Successor = { stage: "asked", place: null, words: "" };

export function refused(words: string): Successor {
  return { stage: "refused", place: null, words };
}

export function successorOf(next: RoomState, avatarName: string): Successor {
  if (next.worries.has("no_picture")) return refused("No picture of it came, so we ended it.");
  if (isOver(next)) return refused(endWords(next.facts, avatarName).body);
  const { state, place } = next.facts;
  return { stage: state === "waiting" ? "waiting" : "coming", place, words: "" };
}

/** What to do now: keep both, show the next one, or stay with the first. */
export type Turn = "wait" | "switch" | "stay";

export function turnOf(first: RoomState, next: RoomState): Turn {
  if (isOver(first)) return "switch";
  if (isOver(next)) return "stay";
  return isPlaying(next) ? "switch" : "wait";
}

/** Its avatar can be seen and heard. */
function isPlaying({ link, ownSteps, sounding }: RoomState): boolean {
  return link === "joined" && ownSteps.picture !== undefined && sounding;
}
