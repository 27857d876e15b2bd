import { endWords } from "./ends.ts";
import { GO_ON, goingOn, goingOnAfterwards, lastMinute, newConversation } from "./limit_rules.ts";
import { howToAllow } from "./mic.ts";
import type { NoticeAction, NoticeContext, Rule } from "./notices.ts";
import { isLost, isOver, moodOf } from "./moods.ts";

const noPicture: Rule = (state, { avatarName, detailUrl }) =>
  state.worries.has("no_picture")
    ? {
        name: "no_picture",
        tone: "bad",
        title: "No picture came",
        body: `${avatarName} did not appear in time, so we ended the session to save your credits. A firewall or VPN that blocks video calls is the usual cause.`,
        blocks: true,
        actions: [{ name: "again", words: "Try again", primary: true }, seeDetails(detailUrl)],
      }
    : null;

// Ends that come upon somebody who may well want to go on.
const CUT_OFF: readonly string[] = ["limit", "cloud"];

const over: Rule = (state, { avatarName, detailUrl, newSessionUrl }) => {
  if (!isOver(state)) return null;
  const { facts, successor } = state;
  const words = endWords(facts, avatarName);
  const again: NoticeAction = words.again
    ? { name: "again", words: "Again with the same settings", primary: true }
    : { name: "new_session", words: "Change the settings", primary: true, href: newSessionUrl };
  const mayGoOn = successor === null && facts.state === "ended" && CUT_OFF.includes(facts.endReason);
  return {
    name: facts.state,
    tone: facts.state === "failed" ? "bad" : "info",
    title: words.title,
    body: [words.body, successor?.words].filter(Boolean).join(" "),
    blocks: true,
    actions: [mayGoOn ? GO_ON : again, seeDetails(detailUrl)],
  };
};

const takenOver: Rule = (state) =>
  state.link === "taken_over"
    ? {
        name: "taken_over",
        tone: "warn",
        title: "The conversation moved to another tab",
        body: "This session is open somewhere else, and only one place at a time can hold it.",
        blocks: true,
        actions: [{ name: "rejoin", words: "Bring it back here", primary: true }],
      }
    : null;

const offline: Rule = (state) =>
  state.online
    ? null
    : {
        name: "offline",
        tone: "warn",
        title: "You are offline",
        body: "Check your network. We join again by ourselves as soon as it is back; after a minute without you the session ends.",
        blocks: false,
        actions: [],
      };

const inLine: Rule = ({ facts }, { avatarName }) =>
  facts.state === "waiting"
    ? {
        name: "in_line",
        tone: "info",
        title: facts.place === null ? "You are in line" : `You are number ${facts.place} in line`,
        body: `Every place is taken now. ${avatarName} comes by itself when one is free; leaving this page gives up yours. Waiting costs nothing.`,
        blocks: false,
        actions: [],
      }
    : null;

const lost: Rule = (state, { detailUrl }) =>
  isLost(state) && !state.ending
    ? {
        name: "lost",
        tone: "warn",
        title: "The connection to the room was lost",
        body: "We keep trying for as long as the session runs, and it goes on where you were.",
        blocks: false,
        actions: [{ name: "rejoin", words: "Try now", primary: true }, seeDetails(detailUrl)],
      }
    : null;

const frozen: Rule = (state, { avatarName }) =>
  state.worries.has("frozen")
    ? {
        name: "frozen",
        tone: "warn",
        title: `${avatarName} has gone silent`,
        body: "Neither picture nor sound arrives any more, while the session is still billed. Joining again usually helps.",
        blocks: false,
        actions: [{ name: "rejoin", words: "Join again", primary: true }],
      }
    : null;

const reconnecting: Rule = (state) =>
  state.link === "reconnecting"
    ? {
        name: "reconnecting",
        tone: "warn",
        title: "Reconnecting…",
        body: "The connection dropped. Stay here, this usually takes a few seconds.",
        blocks: false,
        actions: [],
      }
    : null;

const serverAway: Rule = (state) =>
  state.serverReachable
    ? null
    : {
        name: "server_away",
        tone: "warn",
        title: "Our server does not answer",
        body: "We keep trying. What you see may be a little behind.",
        blocks: false,
        actions: [],
      };

const soundBlocked: Rule = (state, { avatarName }) =>
  state.soundBlocked && state.link === "joined"
    ? {
        name: "sound_blocked",
        tone: "info",
        title: "Your browser is holding back the sound",
        body: `It waits for a click before a page may make noise. ${avatarName} is already there.`,
        blocks: true,
        actions: [{ name: "start_sound", words: "Tap to hear", primary: true }],
      }
    : null;

const microphone: Rule = (state, context) => {
  const words = MICROPHONE_WORDS[state.microphone]?.(context);
  if (words === undefined) return null;
  const listenOnly = { name: "dismiss", words: "Only listen" } as const;
  const retry = { name: "retry_microphone", words: "Try again", primary: true } as const;
  return {
    name: `microphone_${state.microphone}`,
    tone: "warn",
    ...words,
    blocks: false,
    actions: state.microphone === "insecure" ? [listenOnly] : [retry, listenOnly],
  };
};

const MICROPHONE_WORDS: Record<
  string,
  (context: NoticeContext) => { title: string; body: string }
> = {
  denied: ({ avatarName, agent }) => ({
    title: `${avatarName} cannot hear you`,
    body: `The microphone is not allowed for this page. ${howToAllow(agent)}`,
  }),
  missing: ({ avatarName }) => ({
    title: "No microphone found",
    body: `Plug one in or switch on your headset, then try again. Until then you can listen to ${avatarName}.`,
  }),
  busy: () => ({
    title: "The microphone is in use",
    body: "Another program holds it. Close that program or its call, then try again.",
  }),
  insecure: () => ({
    title: "This page is not secure",
    body: "Browsers give the microphone only to pages served over https. Ask whoever runs this site for its https address; until then you can only listen.",
  }),
};

const uncertain: Rule = (state) =>
  state.facts.state === "uncertain"
    ? {
        name: "uncertain",
        tone: "warn",
        title: "Checking what happened",
        body: "The cloud did not answer our start. We make sure that nothing is running twice, then try afresh.",
        blocks: false,
        actions: [],
      }
    : null;

const slow: Rule = (state, { avatarName }) =>
  state.worries.has("slow") && moodOf(state) === "connecting"
    ? {
        name: "slow",
        tone: "info",
        title: "This takes longer than usual",
        body: `We are still at it, and ${avatarName} appears here when ready. You can also end and start again.`,
        blocks: false,
        actions: [],
      }
    : null;

const silent: Rule = (state, { avatarName }) =>
  state.worries.has("silent") && moodOf(state) === "live" && !state.userTalking
    ? {
        name: "silent",
        tone: "info",
        title: "Say hello",
        body: `${avatarName} is listening and waits for you to begin.`,
        blocks: false,
        actions: [],
      }
    : null;

const restored: Rule = (state) =>
  state.worries.has("restored")
    ? {
        name: "restored",
        tone: "good",
        title: "Connected again",
        body: "You can go on talking.",
        blocks: false,
        actions: [],
      }
    : null;

function seeDetails(href: string): NoticeAction {
  return { name: "details", words: "See what happened", href };
}

// The first rule that has something to say is shown: what ended before what hinders, what hinders
// before what is only worth knowing.
export const RULES: readonly Rule[] = [
  noPicture,
  goingOnAfterwards,
  over,
  takenOver,
  offline,
  inLine,
  lost,
  reconnecting,
  frozen,
  serverAway,
  soundBlocked,
  microphone,
  goingOn,
  lastMinute,
  uncertain,
  slow,
  newConversation,
  silent,
  restored,
];
