import assert from "node:assert/strict";
import { test } from "node:test";
import { clockWords, ServerClock, timesAt } from "./clock.ts";

test("seconds read as a clock", () => {
  assert.deepEqual([0, 9.9, 65, 3_905, -2].map(clockWords), ["0:00", "0:09", "1:05", "1:05:05", "0:00"]);
});

test("the server's clock is taken at the middle of question and answer", (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: 10_000 });
  const clock = new ServerClock();

  clock.align(50_100, 9_800, 10_000);

  assert.equal(clock.now(), 50_200);
});

test("elapsed and remaining time stop at nothing", () => {
  assert.equal(timesAt(5_000, null, null), null);
  assert.deepEqual(timesAt(62_000, 2_000, 302_000), { elapsed: 60, remaining: 240 });
  assert.deepEqual(timesAt(400_000, 2_000, 302_000), { elapsed: 398, remaining: 0 });
});
