import assert from "node:assert/strict";
import { test } from "node:test";
import { retryDelay } from "./watch.ts";

test("retries wait twice as long each time, up to a quarter minute, with some chance added", () => {
  assert.deepEqual([0, 1, 2, 10].map((failures) => retryDelay(failures, 0)), [500, 1_000, 2_000, 15_000]);
  assert.equal(retryDelay(0, 1), 625);
});
