import assert from "node:assert/strict";
import { test } from "node:test";
import { joinPartial, readMessage } from "./captions.ts";

function read(message: unknown): ReturnType<typeof readMessage> {
  return readMessage(new TextEncoder().encode(JSON.stringify(message)), () => "made here");
}

test("who talks is read from the speak events of both sides", () => {
  assert.deepEqual(read({ event_type: "user.speak_started" }), {
    kind: "talking",
    who: "user",
    talking: true,
  });
  assert.deepEqual(read({ event_type: "avatar.speak_ended" }), {
    kind: "talking",
    who: "avatar",
    talking: false,
  });
});

test("a finished line keeps the event's id as its key, or gets one", () => {
  const line = { event_type: "avatar.transcription", text: " Hello. " };

  assert.deepEqual(read({ ...line, event_id: "e1" }), {
    kind: "final",
    who: "avatar",
    text: "Hello.",
    key: "e1",
  });
  assert.deepEqual(read(line), { kind: "final", who: "avatar", text: "Hello.", key: "made here" });
});

test("both spellings of a chunk are understood, and its spaces kept", () => {
  for (const who of ["user", "avatar"]) {
    for (const event_type of [`${who}.transcription.chunk`, `${who}.transcription_chunk`]) {
      assert.deepEqual(read({ event_type, text: " you" }), { kind: "partial", who, text: " you" });
    }
  }
});

test("the end is understood in each form that the documents use", () => {
  const stopped = { kind: "stopped", reason: "MAX_DURATION_REACHED" };

  for (const event_type of ["session.stopped", "session_stopped"]) {
    for (const field of ["stop_reason", "end_reason"]) {
      assert.deepEqual(read({ event_type, [field]: stopped.reason }), stopped);
    }
    assert.deepEqual(read({ event_type }), { kind: "stopped", reason: "" });
  }
});

test("what is unknown or broken is ignored", () => {
  assert.equal(read({ event_type: "session.updated" }), null);
  assert.equal(read({ event_type: "avatar.dances" }), null);
  assert.equal(read({ event_type: "user.push_to_talk_started" }), null);
  assert.equal(read({ event_type: "elevenlabs_agent_event", data: { text: "Hi" } }), null);
  assert.equal(read({ event_type: "avatar.transcription" }), null);
  assert.equal(read({ event_type: 7 }), null);
  assert.equal(read([]), null);
  assert.equal(read("words"), null);
  assert.equal(readMessage(new Uint8Array([0xff, 0x7b]), () => ""), null);
});

test("chunks join whether they are pieces or the whole so far", () => {
  assert.equal(joinPartial("Hel", "lo"), "Hello");
  assert.equal(joinPartial("Hello", "Hello there"), "Hello there");
  assert.equal(joinPartial("no", " no"), "no no");
});
