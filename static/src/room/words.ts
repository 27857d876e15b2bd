import { isOver, moodOf } from "./moods.ts";
import type { Quality, RoomState } from "./state.ts";

/** The words of the chip on the picture. */
export function moodWords(state: RoomState): string {
  switch (moodOf(state)) {
    case "waiting":
      return "Waiting for a place";
    case "connecting":
      return state.link === "joined" ? "Waiting for the picture" : "Getting ready";
    case "live":
      return "Connected";
    case "listening":
      return canBeHeard(state) ? "Listening" : "You are not heard";
    case "thinking":
      return "Thinking";
    case "speaking":
      return canBeHeard(state) ? "Speaking · talk to interrupt" : "Speaking";
    case "frozen":
      return "Gone silent";
    case "reconnecting":
      return "Reconnecting";
    case "ending":
      return "Ending";
    case "ended":
      return "Ended";
    case "failed":
      return isOver(state) ? "Did not work" : "Not connected";
  }
}

export function canBeHeard(state: RoomState): boolean {
  return state.microphone === "on";
}

export const QUALITY_WORDS: Record<Quality, string> = {
  unknown: "Connection not measured yet",
  good: "Good connection",
  fair: "Fair connection",
  poor: "Poor connection",
  lost: "No connection",
};
