import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, type TranscriptLine } from "./api.ts";
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

test("a batch that is not understood is let go of, and holds up nothing", async () => {
  const sent: string[][] = [];
  const sender = new TranscriptSender(async (lines) => {
    sent.push(lines.map(({ key }) => key));
    if (sent.length === 1) throw new ApiError(400, "invalid", "Not a line.", false);
  });

  sender.add(line("1"));
  await sender.flush();
  sender.add(line("2"));
  await sender.flush();

  assert.deepEqual(sent, [["1"], ["2"]]);
});

test("a line is cut to what the server takes, between characters", async () => {
  const sent: TranscriptLine[] = [];
  const sender = new TranscriptSender(async (lines) => void sent.push(...lines));

  sender.add({ ...line("k".repeat(80)), text: `\0\ud83d${"\u{1f600}".repeat(4_100)}` });
  sender.add({ ...line("2"), text: "\0" });
  await sender.flush();

  assert.equal(sent.length, 1);
  assert.equal(sent[0]?.key.length, 64);
  assert.equal(sent[0]?.text, "\u{1f600}".repeat(4_000));
});

test("a page that goes sends at once what waits, and what is on its way once more", async () => {
  const sent: [string[], boolean][] = [];
  const sender = new TranscriptSender((lines, isLast) => {
    sent.push([lines.map(({ key }) => key), isLast]);
    return new Promise(() => undefined);
  });

  sender.add(line("1"));
  void sender.flush();
  await Promise.resolve();
  sender.add(line("2"));
  sender.flushLast();

  assert.deepEqual(sent, [[["1"], false], [["1", "2"], true]]);
});

test("a flush with nothing to send sends nothing", async () => {
  const sender = new TranscriptSender(() => assert.fail("nothing was said"));

  await sender.flush();
});
