import { moodOf } from "./moods.ts";
import type { RoomState, Worry } from "./state.ts";

const SLOW_MS = 10_000;
const NO_PICTURE_MS = 20_000;
// So long that a poor network, in which LiveKit alone waits 15 s for each of two answers, gets in.
const NEVER_JOINED_MS = 45_000;
const SILENT_MS = 5_000;
const UNEXPLAINED_MS = 8_000;
const RESTORED_SHOWN_MS = 4_000;
const NEW_CONVERSATION_SHOWN_MS = 8_000;

/** What should have happened by now and has not: the worry, and when it comes due from its cause. */
interface Watchdog {
  worry: Worry;
  after: number;
  /** Whether the wait is on: it begins when this turns true, and is called off when it turns false. */
  waits: (state: RoomState) => boolean;
  /** Whether the worry begins or ends when the wait is over. */
  turns: boolean;
}

export const WATCHDOGS: readonly Watchdog[] = [
  {
    worry: "slow",
    after: SLOW_MS,
    waits: (state) => moodOf(state) === "connecting",
    turns: true,
  },
  {
    worry: "no_picture",
    after: NO_PICTURE_MS,
    waits: (state) => moodOf(state) === "connecting" && state.link === "joined",
    turns: true,
  },
  {
    // Where calls are blocked, every try fails. A room that it was in once is worth trying on.
    worry: "no_picture",
    after: NEVER_JOINED_MS,
    waits: ({ facts, link, ownSteps, ending }) =>
      facts.state === "live" && ownSteps.joined === undefined && !ending && link !== "taken_over",
    turns: true,
  },
  {
    worry: "silent",
    after: SILENT_MS,
    waits: (state) => moodOf(state) === "live" && !state.soundBlocked,
    turns: true,
  },
  {
    worry: "unexplained",
    after: UNEXPLAINED_MS,
    waits: (state) => state.link === "closed" && state.facts.state === "live",
    turns: true,
  },
  {
    worry: "restored",
    after: RESTORED_SHOWN_MS,
    waits: (state) => state.worries.has("restored"),
    turns: false,
  },
  {
    worry: "new_conversation",
    after: NEW_CONVERSATION_SHOWN_MS,
    waits: (state) => state.worries.has("new_conversation"),
    turns: false,
  },
];

/** Keeps one timer for each watchdog whose wait is on. Returns what to call after each change. */
export function keepWatchdogs(
  onDue: (worry: Worry, on: boolean) => void,
): (state: RoomState) => void {
  const timers = new Map<Watchdog, ReturnType<typeof setTimeout>>();
  return (state) => {
    for (const dog of WATCHDOGS) {
      const waits = dog.waits(state);
      if (waits && !timers.has(dog)) {
        timers.set(dog, setTimeout(() => onDue(dog.worry, dog.turns), dog.after));
      } else if (!waits && timers.has(dog)) {
        clearTimeout(timers.get(dog));
        timers.delete(dog);
      }
    }
  };
}
