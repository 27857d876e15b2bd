import { RULES } from "./notice_rules.ts";
import type { RoomState } from "./state.ts";

export type ActionName =
  | "again"
  | "new_session"
  | "details"
  | "rejoin"
  | "extend"
  | "go_on"
  | "retry_microphone"
  | "start_sound"
  | "dismiss";

export interface Notice<Action extends string = ActionName> {
  name: string;
  tone: "info" | "good" | "warn" | "bad";
  title: string;
  body: string;
  /** Covers the picture: nothing else can go on before it is answered. */
  blocks: boolean;
  actions: NoticeAction<Action>[];
}

/** Something to press; with an address it is a link. */
export interface NoticeAction<Action extends string = ActionName> {
  name: Action;
  words: string;
  primary?: boolean;
  href?: string;
}

export interface NoticeContext {
  avatarName: string;
  detailUrl: string;
  newSessionUrl: string;
  agent: string;
}

export type Rule = (state: RoomState, context: NoticeContext) => Notice | null;

/** The most important thing that a person must know now, or null. */
export function noticeFor(state: RoomState, context: NoticeContext): Notice | null {
  for (const rule of RULES) {
    const notice = rule(state, context);
    if (notice !== null && !state.dismissed.has(notice.name)) return notice;
  }
  return null;
}
