import type { Call } from "./media.ts";
import { Pulse } from "./pulse.ts";
import { type Counters, qualityBetween, worse } from "./quality.ts";
import type { RoomEvent, RoomState } from "./state.ts";
import { VoiceActivity } from "./voice_activity.ts";

const LEVEL_EVERY_MS = 80;
const QUALITY_EVERY_MS = 3_000;
const PULSE_EVERY_MS = 1_000;
const LOUD = 0.04;
export const PAUSE_MS = 700;

interface Meters {
  call: Call;
  state(): RoomState;
  dispatch(event: RoomEvent): void;
  /** Whether data messages tell who is talking, so that loudness need not. */
  told(): boolean;
  showLevel(level: number): void;
  /** The avatar can be heard; told again and again. */
  sounded(): void;
}

/** Reads what has no events: loudness of both sides, and how well the picture comes through. */
export function runMeters(meters: Meters): () => void {
  const levels = window.setInterval(() => readLevels(meters, user, avatar), LEVEL_EVERY_MS);
  const user = new VoiceActivity(LOUD, PAUSE_MS);
  const avatar = new VoiceActivity(LOUD, PAUSE_MS);
  let before: Counters | null = null;
  const quality = window.setInterval(async () => {
    before = await readQuality(meters, before);
  }, QUALITY_EVERY_MS);
  const life = new Pulse();
  const pulse = window.setInterval(() => void feelPulse(meters, life), PULSE_EVERY_MS);
  return () => {
    window.clearInterval(levels);
    window.clearInterval(quality);
    window.clearInterval(pulse);
  };
}

function readLevels(meters: Meters, user: VoiceActivity, avatar: VoiceActivity): void {
  const level = meters.call.levels();
  const now = performance.now();
  meters.showLevel(level.user);
  const talking = { user: user.hear(level.user, now), avatar: avatar.hear(level.avatar, now) };
  if (talking.avatar) meters.sounded();
  const state = meters.state();
  if (talking.avatar && !state.heard) meters.dispatch({ type: "heard" });
  if (meters.told()) return;
  if (talking.avatar !== state.avatarTalking) {
    meters.dispatch({ type: "avatar_talking", talking: talking.avatar });
  }
  if (talking.user !== state.userTalking) {
    meters.dispatch({ type: "user_talking", talking: talking.user });
  }
}

async function readQuality(meters: Meters, before: Counters | null): Promise<Counters | null> {
  if (meters.state().link !== "joined") return null;
  const after = await meters.call.counters().catch(() => null);
  const measured = before && after ? qualityBetween(before, after) : "unknown";
  meters.dispatch({ type: "quality", quality: worse(meters.call.quality(), measured) });
  return after;
}

/** Only of media that play: a tab in the background may be spared the decoding. */
async function feelPulse(meters: Meters, life: Pulse): Promise<void> {
  const plays = (): boolean => {
    const { link, ownSteps } = meters.state();
    return link === "joined" && ownSteps.picture !== undefined && !document.hidden;
  };
  const counters = plays() ? await meters.call.counters().catch(() => null) : null;
  if (!plays()) return life.rest();
  const on = life.isFrozen(counters?.frames ?? null, meters.call.levels().avatar, performance.now());
  if (on !== meters.state().worries.has("frozen")) meters.dispatch({ type: "worry", worry: "frozen", on });
}
