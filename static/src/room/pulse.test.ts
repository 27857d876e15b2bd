import assert from "node:assert/strict";
import { test } from "node:test";
import { Pulse } from "./pulse.ts";

test("media have stopped after six seconds without a new frame and without a sound", () => {
  const pulse = new Pulse();

  assert.equal(pulse.isFrozen(100, 0, 0), false);
  assert.equal(pulse.isFrozen(100, 0, 5_999), false);
  assert.equal(pulse.isFrozen(100, 0, 6_000), true);
  assert.equal(pulse.isFrozen(101, 0, 7_000), false);
});

test("a picture that stands still while the avatar is heard is not silence", () => {
  const pulse = new Pulse();

  pulse.isFrozen(100, 0, 0);
  assert.equal(pulse.isFrozen(100, 0.2, 5_000), false);
  assert.equal(pulse.isFrozen(100, 0, 10_000), false);
  assert.equal(pulse.isFrozen(100, 0, 11_000), true);
});

test("what cannot be counted is not missed", () => {
  const pulse = new Pulse();

  pulse.isFrozen(null, 0, 0);
  assert.equal(pulse.isFrozen(null, 0, 60_000), false);
});

test("after a rest the wait begins anew", () => {
  const pulse = new Pulse();

  pulse.isFrozen(100, 0, 0);
  pulse.rest();
  assert.equal(pulse.isFrozen(100, 0, 60_000), false);
  assert.equal(pulse.isFrozen(100, 0, 66_000), true);
});
