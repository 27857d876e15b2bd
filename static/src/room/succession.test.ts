import assert from "node:assert/strict";
import { test } from "node:test";
import { after, CONVERSING, facts, JOINED } from "./fixtures.ts";
import { noticeFor } from "./notices.ts";
import { type Facts, initialState, reduce, type RoomEvent, type RoomState } from "./state.ts";
import { ASKED, refused, successorOf, turnOf } from "./succession.ts";

const PLAYING: RoomEvent[] = [...CONVERSING, { type: "sounding" }];

function over(changes: Partial<Facts> = {}): RoomEvent {
  return { type: "facts", facts: facts({ version: 9, state: "ended", ...changes }) };
}

function starting(changes: Partial<Facts> = {}): RoomState {
  return initialState(facts({ state: "starting", ...changes }));
}

function told(state: RoomState): [string | undefined, string[] | undefined] {
  const notice = noticeFor(state, {
    avatarName: "Wayne",
    detailUrl: "/sessions/1/",
    newSessionUrl: "/sessions/new",
    agent: "Chrome",
  });
  return [notice?.name, notice?.actions.map(({ name }) => name)];
}

test("the picture changes once the new one is there, seen and heard", () => {
  const first = after(...CONVERSING);

  assert.equal(turnOf(first, starting()), "wait");
  assert.equal(turnOf(first, after(...JOINED)), "wait");
  assert.equal(turnOf(first, after(...CONVERSING)), "wait");
  assert.equal(turnOf(first, after(...PLAYING)), "switch");
});

test("a sound that came before the connection was lost counts no more", () => {
  const lost = after(...PLAYING, { type: "link", link: "reconnecting", at: 6_000 });

  assert.equal(turnOf(after(...CONVERSING), lost), "wait");
});

test("whatever has become of the new one is shown once the old one is over", () => {
  const first = after(...CONVERSING, over());

  for (const next of [starting(), after(...PLAYING), after(over({ state: "failed" }))]) {
    assert.equal(turnOf(first, next), "switch");
  }
});

test("a new one that fails leaves the old one as it is, and says why", () => {
  const failed = after(over({ state: "failed", endReason: "no_credits", endMessage: "No credits." }));
  const first = after(...CONVERSING);
  const blind = after(...JOINED, { type: "worry", worry: "no_picture", on: true });

  assert.equal(turnOf(first, failed), "stay");
  assert.deepEqual(successorOf(failed, "Wayne"), refused("No credits."));
  assert.deepEqual(successorOf(blind, "Wayne"), refused("No picture of it came, so we ended it."));
});

test("on its way it is waiting for a place or coming", () => {
  const inLine = starting({ state: "waiting", place: 2 });

  assert.deepEqual(successorOf(inLine, "Wayne"), { stage: "waiting", place: 2, words: "" });
  assert.equal(successorOf(starting(), "Wayne").stage, "coming");
});

test("the last minute offers a new conversation only where it cannot be made longer", () => {
  const near: RoomEvent = { type: "worry", worry: "last_minute", on: true };
  const longer: RoomEvent = { type: "facts", facts: facts({ version: 2, extensionSeconds: 600 }) };

  assert.deepEqual(told(after(...CONVERSING, near)), ["last_minute", ["go_on", "dismiss"]]);
  assert.deepEqual(told(after(...CONVERSING, longer, near)), ["last_minute", ["extend", "dismiss"]]);
});

test("what becomes of the new conversation is told in the place of the warning", () => {
  const near: RoomEvent[] = [...CONVERSING, { type: "worry", worry: "last_minute", on: true }];
  const asked = after(...near, { type: "successor", successor: ASKED });
  const none = after(...near, { type: "successor", successor: refused("The month is used up.") });

  assert.deepEqual(told(asked), ["going_on", []]);
  assert.deepEqual(told(none), ["no_successor", ["dismiss"]]);
  assert.deepEqual(told(reduce(none, { type: "dismissed", notice: "no_successor" })), [
    "last_minute",
    ["go_on", "dismiss"],
  ]);
});

test("whoever is cut off may go on, whoever ends it may begin again", () => {
  for (const endReason of ["limit", "cloud"]) {
    assert.deepEqual(told(after(over({ endReason }))), ["ended", ["go_on", "details"]]);
  }
  assert.deepEqual(told(after(over({ endReason: "person" }))), ["ended", ["again", "details"]]);
  const asked: RoomEvent = { type: "successor", successor: ASKED };
  assert.deepEqual(told(after(over({ endReason: "cloud" }), asked)), ["going_on", []]);
  const no: RoomEvent = { type: "successor", successor: refused("No credits.") };
  assert.deepEqual(told(after(over({ endReason: "cloud" }), no)), ["ended", ["again", "details"]]);
});

test("the same news twice is no news", () => {
  const state = after({ type: "successor", successor: refused("Full.") });

  assert.equal(reduce(state, { type: "successor", successor: refused("Full.") }), state);
});
