import assert from "node:assert/strict";
import { test } from "node:test";
import type { RoomEvent } from "./state.ts";
import { Talk } from "./talk.ts";
import { VoiceActivity } from "./voice_activity.ts";

function listening() {
  const heard = { events: [] as RoomEvent[], lines: [] as string[], partials: [] as string[] };
  const talk = new Talk({
    dispatch: (event) => heard.events.push(event),
    line: ({ who, text }) => heard.lines.push(`${who}: ${text}`),
    partial: (who, text) => heard.partials.push(`${who}: ${text}`),
    stopped: () => assert.fail("nobody stopped"),
  });
  const send = (message: object): void =>
    talk.receive(new TextEncoder().encode(JSON.stringify(message)));
  return { talk, heard, send };
}

test("partial words grow until the line is finished", () => {
  const { heard, send } = listening();

  send({ event_type: "avatar.transcription.chunk", text: "Good" });
  send({ event_type: "avatar.transcription.chunk", text: " day" });
  send({ event_type: "avatar.transcription", text: "Good day.", event_id: "1" });
  send({ event_type: "avatar.transcription.chunk", text: "And" });

  assert.deepEqual(heard.partials, ["avatar: Good", "avatar: Good day", "avatar: ", "avatar: And"]);
  assert.deepEqual(heard.lines, ["avatar: Good day."]);
});

test("a line that is sent twice is one line", () => {
  const { heard, send } = listening();

  send({ event_type: "user.transcription", text: "Hi", event_id: "1" });
  send({ event_type: "user.transcription", text: "Hi", event_id: "1" });

  assert.deepEqual(heard.lines, ["user: Hi"]);
});

test("from the first word about who talks, loudness need not tell", () => {
  const { talk, heard, send } = listening();
  assert.equal(talk.tells, false);

  send({ event_type: "avatar.speak_started" });

  assert.equal(talk.tells, true);
  assert.deepEqual(heard.events, [{ type: "heard" }, { type: "avatar_talking", talking: true }]);
});

test("loudness means talking at once, and its end after a pause", () => {
  const activity = new VoiceActivity(0.1, 500);

  assert.equal(activity.hear(0.05, 0), false);
  assert.equal(activity.hear(0.2, 100), true);
  assert.equal(activity.hear(0, 500), true);
  assert.equal(activity.hear(0, 700), false);
});
