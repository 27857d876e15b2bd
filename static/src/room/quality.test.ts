import assert from "node:assert/strict";
import { test } from "node:test";
import { qualityBetween, readCounters, worse } from "./quality.ts";

const BEFORE = { received: 1_000, lost: 10, freezes: 1, frames: 500 };

test("quality is the share lost and the freezes since the last reading", () => {
  const later = (received: number, lost: number, freezes = 0) =>
    qualityBetween(BEFORE, {
      received: BEFORE.received + received,
      lost: BEFORE.lost + lost,
      freezes: BEFORE.freezes + freezes,
      frames: BEFORE.frames,
    });

  assert.equal(later(300, 0), "good");
  assert.equal(later(300, 10), "fair");
  assert.equal(later(300, 60), "poor");
  assert.equal(later(300, 0, 1), "fair");
  assert.equal(later(300, 0, 2), "poor");
  assert.equal(later(0, 0), "poor");
});

test("counters come from the received stream of a report", () => {
  const report = new Map<string, object>([
    ["a", { type: "codec" }],
    ["b", { type: "inbound-rtp", packetsReceived: 5, packetsLost: 1, freezeCount: 2, framesDecoded: 9 }],
  ]);

  assert.deepEqual(readCounters(report as unknown as RTCStatsReport), {
    received: 5,
    lost: 1,
    freezes: 2,
    frames: 9,
  });
});

test("the worse of two words counts, and not knowing is no word", () => {
  assert.equal(worse("good", "poor"), "poor");
  assert.equal(worse("unknown", "good"), "good");
  assert.equal(worse("unknown", "unknown"), "unknown");
});
