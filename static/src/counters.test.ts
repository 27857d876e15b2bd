import assert from "node:assert/strict";
import { test } from "node:test";
import { countCharacters, countWords } from "./counters.ts";

test("characters are counted as the server counts them", () => {
  assert.equal(countCharacters("né 👋"), 4);
  assert.equal(countWords(1_250, 20_000), "1,250 of 20,000 characters");
});
