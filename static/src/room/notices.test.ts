import assert from "node:assert/strict";
import { test } from "node:test";
import { after, CONVERSING, facts, JOINED } from "./fixtures.ts";
import { noticeFor } from "./notices.ts";
import type { RoomEvent } from "./state.ts";

const CONTEXT = {
  avatarName: "Wayne",
  detailUrl: "/sessions/1/",
  newSessionUrl: "/sessions/new",
  agent: "Mozilla/5.0 Chrome/140",
};

function named(...events: RoomEvent[]): string | undefined {
  return noticeFor(after(...events), CONTEXT)?.name;
}

function actions(...events: RoomEvent[]): string[] | undefined {
  return noticeFor(after(...events), CONTEXT)?.actions.map(({ name }) => name);
}

const failed = (retryable: boolean): RoomEvent => ({
  type: "facts",
  facts: facts({ version: 2, state: "failed", endReason: "refused", retryable }),
});

test("an undisturbed conversation shows no notice", () => {
  assert.equal(named(...CONVERSING), undefined);
});

test("each disturbance has its notice", () => {
  const disturbances: [string, RoomEvent][] = [
    ["microphone_denied", { type: "microphone", microphone: "denied" }],
    ["microphone_missing", { type: "microphone", microphone: "missing" }],
    ["microphone_busy", { type: "microphone", microphone: "busy" }],
    ["microphone_insecure", { type: "microphone", microphone: "insecure" }],
    ["sound_blocked", { type: "sound_blocked", blocked: true }],
    ["offline", { type: "online", online: false }],
    ["server_away", { type: "server_reachable", reachable: false }],
    ["reconnecting", { type: "link", link: "reconnecting", at: 0 }],
    ["lost", { type: "link", link: "lost", at: 0 }],
    ["lost", { type: "link", link: "rejoining", at: 0 }],
    ["frozen", { type: "worry", worry: "frozen", on: true }],
    ["taken_over", { type: "link", link: "taken_over", at: 0 }],
    ["no_picture", { type: "worry", worry: "no_picture", on: true }],
    ["last_minute", { type: "worry", worry: "last_minute", on: true }],
    ["restored", { type: "worry", worry: "restored", on: true }],
    ["ended", { type: "facts", facts: facts({ version: 2, state: "ended" }) }],
  ];
  for (const [name, event] of disturbances) assert.equal(named(...CONVERSING, event), name);
});

test("a slow start and a silent avatar are said only while they last", () => {
  const slow: RoomEvent = { type: "worry", worry: "slow", on: true };
  const silent: RoomEvent = { type: "worry", worry: "silent", on: true };
  const picture: RoomEvent = { type: "picture", at: 5_000 };
  const joined: RoomEvent[] = [...JOINED];

  assert.equal(named(...joined, slow), "slow");
  assert.equal(named(...joined, slow, picture), undefined);
  assert.equal(named(...joined, picture, silent), "silent");
  assert.equal(named(...joined, picture, silent, { type: "heard" }), undefined);
});

test("what ended is said before what hindered", () => {
  assert.equal(
    named({ type: "microphone", microphone: "denied" }, { type: "online", online: false }, failed(true)),
    "failed",
  );
});

test("a retry is offered where it can help, and new settings where it cannot", () => {
  assert.deepEqual(actions(failed(true)), ["again", "details"]);
  assert.deepEqual(actions(failed(false)), ["new_session", "details"]);
});

test("the cloud's own words stand in the notice of a failed start", () => {
  const event: RoomEvent = {
    type: "facts",
    facts: facts({
      version: 2,
      state: "failed",
      endReason: "refused",
      endMessage: "LiveAvatar refused to start this session.",
      vendorMessage: "Avatar not found",
    }),
  };

  assert.equal(
    noticeFor(after(event), CONTEXT)?.body,
    "LiveAvatar refused to start this session. LiveAvatar says: “Avatar not found”",
  );
});

test("a dismissed notice stays away", () => {
  const dismissed: RoomEvent = { type: "dismissed", notice: "microphone_denied" };

  assert.equal(
    named(...CONVERSING, { type: "microphone", microphone: "denied" }, dismissed),
    undefined,
  );
});

test("only what must be answered first covers the picture", () => {
  const blocking = (event: RoomEvent): boolean | undefined =>
    noticeFor(after(...CONVERSING, event), CONTEXT)?.blocks;

  assert.equal(blocking({ type: "sound_blocked", blocked: true }), true);
  assert.equal(blocking({ type: "link", link: "taken_over", at: 0 }), true);
  assert.equal(blocking({ type: "link", link: "lost", at: 0 }), false);
  assert.equal(blocking({ type: "link", link: "reconnecting", at: 0 }), false);
  assert.equal(blocking({ type: "microphone", microphone: "denied" }), false);
});

test("whoever waits in line is told their place, and nothing else", () => {
  const waiting = after({ type: "facts", facts: facts({ version: 2, state: "waiting", place: 3 }) });

  const notice = noticeFor(waiting, CONTEXT);

  assert.equal(notice?.title, "You are number 3 in line");
  assert.deepEqual(notice?.actions, []);
});

test("the last minute offers what was reserved for it, until it was taken", () => {
  const near: RoomEvent = { type: "worry", worry: "last_minute", on: true };
  const extendable = facts({ version: 2, extensionSeconds: 600 });

  assert.deepEqual(actions({ type: "facts", facts: extendable }, near), ["extend", "dismiss"]);
  const extended = facts({ version: 3, limitAt: 902_000 });
  assert.equal(
    named(...CONVERSING, { type: "facts", facts: extendable }, near, { type: "facts", facts: extended }),
    undefined,
  );
});
