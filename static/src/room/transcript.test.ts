import assert from "node:assert/strict";
import { test } from "node:test";
import type { TranscriptLine } from "./api.ts";
import { TranscriptSender } from "./transcript.ts";

function line(key: string): TranscriptLine {
  return { key, role: "user", text: `line ${key}`, at: "2026-01-01T00:00:00Z" };
}

test("lines that come together are sent together, two seconds after the first", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const sent: string[][] = [];
  const sender = new TranscriptSender(async (lines) => void sent.push(lines.map(({ key }) => key)));

  sender.add(line("1"));
  context.mock.timers.tick(1_500);
  sender.add(line("2"));
  context.mock.timers.tick(500);
  await sender.flush();

  assert.deepEqual(sent, [["1", "2"]]);
});

test("lines that could not be sent are sent again with the same keys", async () => {
  const sent: string[][] = [];
  const sender = new TranscriptSender(async (lines) => {
    sent.push(lines.map(({ key }) => key));
    if (sent.length === 1) throw new Error("the server is away");
  });

  sender.add(line("1"));
  await sender.flush();
  sender.add(line("2"));
  await sender.flush();

  assert.deepEqual(sent, [["1"], ["1", "2"]]);
});

test("a flush with nothing to send sends nothing", async () => {
  const sender = new TranscriptSender(() => assert.fail("nothing was said"));

  await sender.flush();
});
