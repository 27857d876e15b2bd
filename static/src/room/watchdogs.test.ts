import assert from "node:assert/strict";
import { test } from "node:test";
import { after, CONVERSING, facts, JOINED } from "./fixtures.ts";
import type { RoomEvent } from "./state.ts";
import { keepWatchdogs } from "./watchdogs.ts";

const PICTURE: RoomEvent = { type: "picture", at: 5_000 };

test("a start that takes ten seconds is slow, and one joined without a picture for twenty has none", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const worries: string[] = [];
  const check = keepWatchdogs((worry) => worries.push(worry));

  check(after());
  context.mock.timers.tick(10_000);
  check(after(...JOINED));
  context.mock.timers.tick(19_999);
  assert.deepEqual(worries, ["slow"]);
  context.mock.timers.tick(1);

  assert.deepEqual(worries, ["slow", "no_picture"]);
});

test("a picture calls off the wait for it", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const worries: string[] = [];
  const check = keepWatchdogs((worry) => worries.push(worry));

  check(after(...JOINED));
  context.mock.timers.tick(9_000);
  check(after(...CONVERSING));
  context.mock.timers.tick(60_000);

  assert.deepEqual(worries, []);
});

const BLOCKED: RoomEvent[] = [
  { type: "link", link: "joining", at: 3_000 },
  { type: "link", link: "lost", at: 4_000 },
];

test("a room that is tried in vain is given up after forty-five seconds", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const worries: string[] = [];
  const check = keepWatchdogs((worry) => worries.push(worry));

  check(after());
  context.mock.timers.tick(5_000);
  check(after(...BLOCKED));
  context.mock.timers.tick(5_000);
  check(after(...BLOCKED, { type: "link", link: "rejoining", at: 13_000 }));
  context.mock.timers.tick(34_999);
  assert.deepEqual(worries, []);
  context.mock.timers.tick(1);

  assert.deepEqual(worries, ["no_picture"]);
});

const lost: RoomEvent = { type: "link", link: "lost", at: 6_000 };
for (const [what, state] of Object.entries({
  "was joined once": after(...CONVERSING, lost),
  "another tab has": after(...BLOCKED, { type: "link", link: "taken_over", at: 5_000 }),
  "is being ended": after(...BLOCKED, { type: "ending", ending: true }),
  "is not live yet": after(...BLOCKED, { type: "facts", facts: facts({ state: "uncertain" }) }),
})) {
  test(`a room that ${what} is not given up`, (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const worries: string[] = [];
    const check = keepWatchdogs((worry) => worries.push(worry));

    check(state);
    context.mock.timers.tick(600_000);

    assert.deepEqual(worries, []);
  });
}

test("an avatar that is seen and not heard is silent after five seconds", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const worries: string[] = [];
  const check = keepWatchdogs((worry) => worries.push(worry));

  check(after(...JOINED, PICTURE));
  context.mock.timers.tick(5_000);

  assert.deepEqual(worries, ["silent"]);
});

test("silence is not the avatar's fault while the browser holds the sound back", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const worries: string[] = [];
  const check = keepWatchdogs((worry) => worries.push(worry));

  check(after(...JOINED, PICTURE, { type: "sound_blocked", blocked: true }));
  context.mock.timers.tick(60_000);

  assert.deepEqual(worries, []);
});
