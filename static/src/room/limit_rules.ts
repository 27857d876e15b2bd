// What is said towards the end of a session's time, and when another one goes on after it.
import { isOver } from "./moods.ts";
import type { Notice, NoticeAction, Rule } from "./notices.ts";

export const GO_ON: NoticeAction = {
  name: "go_on",
  words: "Go on in a new conversation",
  primary: true,
};
const ALL_RIGHT: NoticeAction = { name: "dismiss", words: "All right" };

export const lastMinute: Rule = (state) => {
  if (!state.worries.has("last_minute")) return null;
  const minutes = Math.floor(state.facts.extensionSeconds / 60);
  const extend: NoticeAction = {
    name: "extend",
    words: `${minutes} more ${minutes === 1 ? "minute" : "minutes"}`,
    primary: true,
  };
  const after =
    minutes > 0
      ? "You can make it longer once."
      : "You can go on in a new one, which is billed like any other.";
  return {
    name: "last_minute",
    tone: "warn",
    title: "One minute left",
    body: `The session ends by itself at its limit. ${after}`,
    blocks: false,
    actions: [minutes > 0 ? extend : GO_ON, ALL_RIGHT],
  };
};

/** On the way into the session that goes on after this one, while this one still runs. */
export const goingOn: Rule = ({ successor }, { avatarName }) => {
  switch (successor?.stage) {
    case "asked":
    case "coming":
      return info(
        "The new conversation is on its way",
        `${avatarName} comes back in it by itself; until then you can go on talking here.`,
      );
    case "waiting":
      return info(
        "The new conversation waits for a place",
        `Every place is taken, this one's too. It begins by itself once this one has ended${inLine(successor.place)}.`,
      );
    case "refused":
      return {
        ...info("There is no new conversation", successor.words),
        name: "no_successor",
        tone: "warn",
        actions: [ALL_RIGHT],
      };
    default:
      return null;
  }
};

/** The same after this one's end; a refusal is then told with the end. */
export const goingOnAfterwards: Rule = (state, context) =>
  isOver(state) && state.successor?.stage !== "refused" ? goingOn(state, context) : null;

export const newConversation: Rule = ({ worries, facts }, { avatarName }) =>
  worries.has("new_conversation")
    ? {
        name: "new_conversation",
        tone: "good",
        title: "This is a new conversation",
        body: facts.carriesOver
          ? `${avatarName} was told the last lines of the one before, and nothing else.`
          : `${avatarName} does not know what was said in the one before.`,
        blocks: false,
        actions: [],
      }
    : null;

function info(title: string, body: string): Notice {
  return { name: "going_on", tone: "info", title, body, blocks: false, actions: [] };
}

function inLine(place: number | null): string {
  return place === null || place < 2 ? "" : ` and ${place - 1} before you in line had their turn`;
}
