// What the state comes to, in one word. Pure, as the state is.
import type { RoomState } from "./state.ts";

export type Mood =
  | "waiting"
  | "connecting"
  | "live"
  | "listening"
  | "thinking"
  | "speaking"
  | "frozen"
  | "reconnecting"
  | "ending"
  | "ended"
  | "failed";

export function isOver(state: RoomState): boolean {
  return state.facts.state === "ended" || state.facts.state === "failed";
}

/** Not in the room any more, while the server knows of no end. */
export function isLost({ link, worries }: RoomState): boolean {
  if (link === "closed") return worries.has("unexplained");
  return link === "lost" || link === "rejoining";
}

/** The one word for how things stand: the room's `data-state`. */
export function moodOf(state: RoomState): Mood {
  if (state.worries.has("no_picture") || state.facts.state === "failed") return "failed";
  if (state.facts.state === "ended") return "ended";
  if (state.ending || state.facts.state === "stopping") return "ending";
  if (state.facts.state === "waiting") return "waiting";
  if (state.link === "reconnecting" || isLost(state)) return "reconnecting";
  if (state.link === "taken_over") return "failed";
  if (state.link === "closed") return "ending";
  if (state.link !== "joined" || state.ownSteps.picture === undefined) return "connecting";
  if (state.worries.has("frozen")) return "frozen";
  if (state.avatarTalking) return "speaking";
  if (state.thinking) return "thinking";
  return state.heard ? "listening" : "live";
}
