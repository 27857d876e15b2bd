import assert from "node:assert/strict";
import { test } from "node:test";
import { after, facts } from "./fixtures.ts";
import { stepLines } from "./steps.ts";

test("each step shows when it was done, and the current one how long it takes by now", () => {
  const state = after({
    type: "facts",
    facts: facts({
      version: 2,
      state: "starting",
      steps: { requested: 1_000, claimed: 1_200, minted: 1_900 },
    }),
  });

  const lines = stepLines(state, 3_500).map(({ name, progress, seconds }) => [name, progress, seconds]);

  assert.deepEqual(lines, [
    ["requested", "done", 0],
    ["claimed", "done", 0.2],
    ["minted", "done", 0.9],
    ["started", "current", 2.5],
    ["joined", "todo", null],
    ["picture", "todo", null],
  ]);
});

test("with the picture there is no current step", () => {
  const state = after({ type: "link", link: "joined", at: 2_000 }, { type: "picture", at: 3_000 });

  const progress = stepLines(state, 9_000).map((line) => line.progress);

  assert.deepEqual(new Set(progress), new Set(["done"]));
});
