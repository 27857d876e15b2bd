// How things stand, in the visitor's words. Pure: every situation can be built in a test.
import type { Notice, NoticeAction } from "../room/notices.ts";
import { isLost, moodOf } from "../room/moods.ts";
import type { RoomState } from "../room/state.ts";
import type { Say } from "./texts.ts";

export type FrameAction = "again" | "rejoin" | "retry_microphone" | "start_sound" | "dismiss" | "reload";
export type FrameNotice = Notice<FrameAction>;

/** Why the browser gives no microphone, where `denied` alone does not tell what to do. */
export type Denial = "person" | "frame" | "policy";

interface Context {
  say: Say;
  denial: Denial;
}

type Rule = (state: RoomState, context: Context) => FrameNotice | null;

export function moodWords(state: RoomState, say: Say): string {
  switch (moodOf(state)) {
    case "waiting":
      return say("in_line");
    case "connecting":
      return say("connecting");
    case "live":
      return say(canBeHeard(state) ? "say_hello" : "not_heard");
    case "listening":
      return say(canBeHeard(state) ? "listening" : "not_heard");
    case "thinking":
      return say("thinking");
    case "speaking":
      return say(canBeHeard(state) ? "speaking_interrupt" : "speaking");
    case "frozen":
      return say("gone_silent");
    case "reconnecting":
      return say("reconnecting");
    case "ending":
      return say("ending");
    case "ended":
    case "failed":
      return say("ended");
  }
}

export function canBeHeard(state: RoomState): boolean {
  return state.microphone === "on";
}

/** The step that is being taken now, between the click and the picture. */
export function stepWords(state: RoomState, say: Say): string {
  const { steps } = state.facts;
  if (state.facts.state === "waiting") return say("in_line");
  if (state.link === "joined") return say("step_picture");
  if (steps.started !== undefined) return say("step_joining");
  if (steps.claimed !== undefined) return say("step_starting");
  if (steps.requested !== undefined) return say("step_accepted");
  return say(state.microphone === "asking" ? "step_microphone" : "connecting");
}

/** Ends that the page itself found; the server names all others in words of their own. */
const PAGES_ENDS: Record<string, string> = {
  "": "ended_unavailable",
  member_gone: "ended_unavailable",
};

/** Why a conversation is over: the words under "ended". */
export function endWords(state: RoomState, say: Say): string {
  if (state.worries.has("no_picture")) return say("no_picture_help");
  const reason = state.facts.endReason;
  return say(PAGES_ENDS[reason] ?? `ended_${reason}`);
}

/** The words for a start that was refused, by the code of the refusal. */
export function refusalNotice(code: string, say: Say): FrameNotice {
  const known = ["no_place", "used_up", "refused"].includes(code) ? code : "unavailable";
  const actions: Record<string, NoticeAction<FrameAction>[]> = {
    no_place: [{ name: "again", words: say("try_again"), primary: true }],
    used_up: [],
    refused: [{ name: "reload", words: say("reload"), primary: true }],
    unavailable: [{ name: "again", words: say("try_again"), primary: true }],
  };
  return {
    name: known,
    tone: known === "refused" || known === "unavailable" ? "bad" : "warn",
    title: say(known),
    body: say(`${known}_help`),
    blocks: true,
    actions: actions[known] ?? [],
  };
}

/** The most important thing that a visitor must know now, or null. */
export function noticeFor(state: RoomState, context: Context): FrameNotice | null {
  for (const rule of RULES) {
    const notice = rule(state, context);
    if (notice !== null && !state.dismissed.has(notice.name)) return notice;
  }
  return null;
}

const takenOver: Rule = (state, { say }) =>
  state.link === "taken_over"
    ? blocking("taken_over", say("elsewhere"), "", { name: "reload", words: say("rejoin") })
    : null;

const offline: Rule = (state, { say }) =>
  state.online ? null : passing("offline", "warn", say("offline"), say("offline_help"));

const inLine: Rule = ({ facts }, { say }) =>
  facts.state === "waiting"
    ? passing("in_line", "info", say("in_line_place", { place: facts.place ?? 1 }), say("in_line_help"))
    : null;

const lost: Rule = (state, { say }) =>
  isLost(state) && !state.ending
    ? { ...passing("lost", "warn", say("lost"), say("lost_help")), actions: [joinAgain(say)] }
    : null;

const frozen: Rule = (state, { say }) =>
  state.worries.has("frozen")
    ? {
        ...passing("frozen", "warn", say("gone_silent"), say("gone_silent_help")),
        actions: [joinAgain(say)],
      }
    : null;

const serverAway: Rule = (state, { say }) =>
  state.serverReachable ? null : passing("server_away", "warn", say("server_away"));

const soundBlocked: Rule = (state, { say }) =>
  state.soundBlocked && state.link === "joined"
    ? blocking("sound_blocked", say("tap_to_hear"), say("sound_blocked"), {
        name: "start_sound",
        words: say("tap_to_hear"),
      })
    : null;

const microphone: Rule = (state, { say, denial }) => {
  const key = microphoneKey(state, denial);
  if (key === null) return null;
  const listen: NoticeAction<FrameAction> = { name: "dismiss", words: say("listen_only") };
  const retry: NoticeAction<FrameAction> = {
    name: "retry_microphone",
    words: say("try_again"),
    primary: true,
  };
  const canRetry = !["microphone_frame", "microphone_policy"].includes(key);
  return {
    ...passing(`microphone_${state.microphone}`, "warn", say(key), say(`${key}_help`)),
    actions: canRetry ? [retry, listen] : [listen],
  };
};

function microphoneKey(state: RoomState, denial: Denial): string | null {
  switch (state.microphone) {
    case "denied":
      return denial === "person" ? "microphone_denied" : `microphone_${denial}`;
    case "missing":
    case "busy":
      return `microphone_${state.microphone}`;
    default:
      return null;
  }
}

const lastMinute: Rule = (state, { say }) =>
  state.worries.has("last_minute")
    ? passing("last_minute", "warn", say("one_minute_left"))
    : null;

const slow: Rule = (state, { say }) =>
  state.worries.has("slow") && moodOf(state) === "connecting"
    ? passing("slow", "info", say("slow"))
    : null;

const restored: Rule = (state, { say }) =>
  state.worries.has("restored") ? passing("restored", "good", say("connected_again")) : null;

function joinAgain(say: Say): NoticeAction<FrameAction> {
  return { name: "rejoin", words: say("rejoin"), primary: true };
}

function passing(
  name: string,
  tone: FrameNotice["tone"],
  title: string,
  body = "",
): FrameNotice {
  return { name, tone, title, body, blocks: false, actions: [] };
}

function blocking(
  name: string,
  title: string,
  body: string,
  action: NoticeAction<FrameAction>,
): FrameNotice {
  return { name, tone: "info", title, body, blocks: true, actions: [{ ...action, primary: true }] };
}

const RULES: readonly Rule[] = [
  takenOver,
  offline,
  inLine,
  lost,
  frozen,
  serverAway,
  soundBlocked,
  microphone,
  lastMinute,
  slow,
  restored,
];
