import assert from "node:assert/strict";
import { test } from "node:test";
import { figure } from "./live_figures.ts";

test("time counts up and down as a clock, never below zero", () => {
  assert.equal(figure("up", 65.9, 0), "1:05");
  assert.equal(figure("down", -3, 0), "0:00");
});

test("credits are those of begun minutes", () => {
  assert.equal(figure("credits", 0, 1), "1");
  assert.equal(figure("credits", 60, 1), "1");
  assert.equal(figure("credits", 60.5, 1), "2");
  assert.equal(figure("credits", 130, 0.35), "1.05");
  assert.equal(figure("credits", 130, 0), "0");
  assert.equal(figure("credits", 180, 0.1), "0.30");
  assert.equal(figure("credits", 1_800, 0.1), "3");
  assert.equal(figure("credits", 60, 1_204), "1,204");
});
