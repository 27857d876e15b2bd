import assert from "node:assert/strict";
import { test } from "node:test";
import { ResumeStore } from "./resume_store.ts";

function memory(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage;
}

test("a token is taken once", () => {
  const storage = memory();
  const store = new ResumeStore(() => storage);

  assert.equal(store.keep("token"), true);
  assert.equal(store.take(), "token");
  assert.equal(store.take(), null);
});

test("where storage is refused nothing is kept, and nothing breaks", () => {
  const store = new ResumeStore(() => {
    throw new DOMException("denied", "SecurityError");
  });

  assert.equal(store.keep("token"), false);
  assert.equal(store.take(), null);
});
