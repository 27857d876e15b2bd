import assert from "node:assert/strict";
import { test } from "node:test";
import { after, CONVERSING, facts, JOINED } from "./fixtures.ts";
import { isLost, moodOf } from "./moods.ts";
import type { RoomEvent } from "./state.ts";

test("a room is connecting until its picture is there, and live until the avatar was heard", () => {
  assert.equal(moodOf(after()), "connecting");
  assert.equal(moodOf(after(...JOINED)), "connecting");
  assert.equal(moodOf(after(...JOINED, { type: "picture", at: 5_000 })), "live");
  assert.equal(moodOf(after(...CONVERSING)), "listening");
});

test("a conversation goes from listening to thinking to speaking and back", () => {
  const said: RoomEvent[] = [
    ...CONVERSING,
    { type: "user_talking", talking: true },
    { type: "user_talking", talking: false },
  ];
  const answers: RoomEvent[] = [...said, { type: "avatar_talking", talking: true }];

  assert.equal(moodOf(after(...said)), "thinking");
  assert.equal(moodOf(after(...answers)), "speaking");
  assert.equal(moodOf(after(...answers, { type: "avatar_talking", talking: false })), "listening");
});

test("talking over the avatar is not followed by thinking while it still speaks", () => {
  const over = after(
    ...CONVERSING,
    { type: "avatar_talking", talking: true },
    { type: "user_talking", talking: true },
    { type: "user_talking", talking: false },
  );

  assert.equal(moodOf(over), "speaking");
});

test("an older answer from the server changes nothing", () => {
  const state = after(
    { type: "facts", facts: facts({ version: 5, state: "stopping" }) },
    { type: "facts", facts: facts({ version: 4, state: "live" }) },
  );

  assert.equal(state.facts.state, "stopping");
});

test("the first moment of each step is the one that counts", () => {
  const state = after(...CONVERSING, { type: "picture", at: 9_000 }, {
    type: "link",
    link: "joined",
    at: 9_000,
  });

  assert.deepEqual(state.ownSteps, { joined: 4_000, picture: 5_000 });
});

test("a room found again says so, and stops the words of before", () => {
  const state = after(
    ...CONVERSING,
    { type: "avatar_talking", talking: true },
    { type: "link", link: "reconnecting", at: 6_000 },
    { type: "link", link: "joined", at: 7_000 },
  );

  assert.deepEqual(state.worries, new Set(["restored"]));
  assert.equal(state.avatarTalking, false);
});

test("a room that the cloud closed is ending until the wait for an explanation is over", () => {
  const closed: RoomEvent[] = [...CONVERSING, { type: "link", link: "closed", at: 6_000 }];
  const unexplained = after(...closed, { type: "worry", worry: "unexplained", on: true });

  assert.equal(moodOf(after(...closed)), "ending");
  assert.equal(isLost(after(...closed)), false);
  assert.equal(isLost(unexplained), true);
  assert.equal(moodOf(unexplained), "reconnecting");
});

test("a lost connection is being mended, and says so once it is back", () => {
  const lost = after(...CONVERSING, { type: "link", link: "lost", at: 6_000 });
  const rejoining = after(...CONVERSING, { type: "link", link: "rejoining", at: 6_000 });
  const back = after(
    ...CONVERSING,
    { type: "link", link: "rejoining", at: 6_000 },
    { type: "link", link: "joined", at: 7_000 },
  );

  assert.deepEqual([isLost(lost), moodOf(lost)], [true, "reconnecting"]);
  assert.deepEqual([isLost(rejoining), moodOf(rejoining)], [true, "reconnecting"]);
  assert.deepEqual([isLost(back), moodOf(back)], [false, "listening"]);
  assert.ok(back.worries.has("restored"));
});

test("an avatar whose media have stopped is said to be frozen until the room is left", () => {
  const frozen: RoomEvent[] = [...CONVERSING, { type: "worry", worry: "frozen", on: true }];
  const rejoined = after(...frozen, { type: "link", link: "rejoining", at: 6_000 });

  assert.equal(moodOf(after(...frozen)), "frozen");
  assert.equal(rejoined.worries.has("frozen"), false);
});

test("the avatar's first sound ends the worry about its silence", () => {
  const state = after(...JOINED, { type: "worry", worry: "silent", on: true }, { type: "heard" });

  assert.deepEqual(state.worries, new Set());
});

test("a dismissed microphone notice comes back when the microphone stands differently", () => {
  const state = after(
    { type: "microphone", microphone: "denied" },
    { type: "dismissed", notice: "microphone_denied" },
    { type: "dismissed", notice: "last_minute" },
    { type: "microphone", microphone: "missing" },
  );

  assert.deepEqual(state.dismissed, new Set(["last_minute"]));
});
