import { clockWords } from "./clock.ts";
import type { Facts } from "./state.ts";

export interface EndWords {
  title: string;
  body: string;
  /** Whether starting again with the same settings can help. */
  again: boolean;
}

const TITLES: Record<string, string> = {
  person: "Conversation ended",
  admin: "Ended by an administrator",
  abandoned: "Nobody was here",
  limit: "The time is up",
  continued: "It went on in a new conversation",
  key_gone: "The key is gone",
  widget_off: "The widget was switched off",
  workspace_closed: "The workspace was closed",
  member_gone: "You may not talk here any more",
  refused: "LiveAvatar refused",
  no_credits: "No credits left",
  concurrency: "All places are taken",
  cloud: "Ended by LiveAvatar",
  cloud_unreachable: "LiveAvatar cannot be reached",
  not_started_in_time: "It did not start in time",
  no_place: "No place became free",
  used_up: "Used up while you waited",
};

/** What happened at the end, in the server's words where it has some. */
export function endWords(facts: Facts, avatarName: string): EndWords {
  const failed = facts.state === "failed";
  const fallback = failed ? "The session could not start" : "The session has ended";
  const vendor = facts.vendorMessage && `LiveAvatar says: “${facts.vendorMessage}”`;
  return {
    title: TITLES[facts.endReason] ?? fallback,
    body: [facts.endMessage, vendor, lengthWords(facts, avatarName)].filter(Boolean).join(" "),
    again: !failed || facts.retryable,
  };
}

function lengthWords(facts: Facts, avatarName: string): string {
  if (facts.durationSeconds === null || facts.durationSeconds <= 0) return "";
  return `You were with ${avatarName} for ${clockWords(facts.durationSeconds)}.`;
}
