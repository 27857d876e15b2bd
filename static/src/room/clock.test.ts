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

test("a quick answer after a slow one says it better, a slow one after a quick one no worse", (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: 10_000 });
  const clock = new ServerClock();

  clock.align(50_000, 9_000, 10_000); // between 40 000 and 41 000 ahead
  clock.align(50_090, 9_990, 10_000); // between 40 090 and 40 100
  clock.align(50_000, 9_500, 10_000); // between 40 000 and 40 500

  assert.equal(clock.now(), 50_095);
});

test("when a clock was set meanwhile, the last answer counts", (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: 10_000 });
  const clock = new ServerClock();

  clock.align(50_000, 9_990, 10_000);
  clock.align(20_000, 9_990, 10_000);

  assert.equal(clock.now(), 20_005);
});

test("a moment of this page is told in the server's time", (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: 10_000 });
  const clock = new ServerClock();
  clock.align(50_000, 10_000, 10_000);

  const ago = clock.now() - clock.at(performance.now() - 250);

  assert.ok(ago >= 250 && ago < 1_000);
});

test("elapsed and remaining time stop at nothing", () => {
  assert.equal(timesAt(5_000, null, null), null);
  assert.deepEqual(timesAt(62_000, 2_000, 302_000), { elapsed: 60, remaining: 240 });
  assert.deepEqual(timesAt(400_000, 2_000, 302_000), { elapsed: 398, remaining: 0 });
});
