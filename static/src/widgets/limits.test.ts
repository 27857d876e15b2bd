import assert from "node:assert/strict";
import { test } from "node:test";
import { exceeds } from "./limits.ts";

test("one limit above what the workspace has is enough to say so", () => {
  const typed: Record<string, string> = { visitors: "2", minutes: "300" };
  const valueOf = (id: string): string => typed[id] ?? "";

  assert.equal(exceeds("visitors=2 minutes=300", valueOf), false);
  assert.equal(exceeds("visitors=2 minutes=299", valueOf), true);
  assert.equal(exceeds("visitors=1 minutes=300", valueOf), true);
});
