import assert from "node:assert/strict";
import { test } from "node:test";
import { isOurs } from "./push_to_talk.ts";

const button = { closest: () => null } as unknown as EventTarget;
const page = { closest: () => null } as unknown as EventTarget;
const field = { closest: () => ({}) } as unknown as EventTarget;
const plain = { ctrlKey: false, metaKey: false, altKey: false };

test("the chosen key talks from anywhere but from what takes keys itself", () => {
  assert.equal(isOurs({ ...plain, code: "KeyT", target: page }, "KeyT", button), true);
  assert.equal(isOurs({ ...plain, code: "KeyT", target: field }, "KeyT", button), false);
  assert.equal(isOurs({ ...plain, code: "KeyU", target: page }, "KeyT", button), false);
  assert.equal(isOurs({ ...plain, code: "KeyT", target: page, ctrlKey: true }, "KeyT", button), false);
});

test("without a key the button alone talks, by Space and Enter", () => {
  assert.equal(isOurs({ ...plain, code: "Space", target: page }, "", button), false);
  assert.equal(isOurs({ ...plain, code: "Space", target: button }, "", button), true);
  assert.equal(isOurs({ ...plain, code: "Enter", target: button }, "", button), true);
});
