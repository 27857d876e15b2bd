import assert from "node:assert/strict";
import { test } from "node:test";
import type { RoomEvent } from "./state.ts";
import { Talk } from "./talk.ts";
import { VoiceActivity } from "./voice_activity.ts";

function listening() {
  const heard = { events: [] as RoomEvent[], lines: [] as string[], partials: [] as string[] };
  const said: [string, number][] = [];
  let now = 0;
  const talk = new Talk({
    now: () => now,
    dispatch: (event) => heard.events.push(event),
    line: ({ who, text, at }) => {
      heard.lines.push(`${who}: ${text}`);
      said.push([text, at]);
    },
    partial: (who, text) => heard.partials.push(`${who}: ${text}`),
    stopped: () => assert.fail("nobody stopped"),
  });
  const send = (message: object): void =>
    talk.receive(new TextEncoder().encode(JSON.stringify(message)));
  const sendAt = (moment: number, message: object): void => {
    now = moment;
    send(message);
  };
  return { talk, heard, said, send, sendAt };
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

test("a line counts from when it was begun, also where it is written down late", () => {
  const { said, sendAt } = listening();

  sendAt(1, { event_type: "user.speak_started" });
  sendAt(2, { event_type: "user.speak_ended" });
  sendAt(3, { event_type: "avatar.speak_started" });
  sendAt(4, { event_type: "avatar.transcription.chunk", text: "Fine" });
  sendAt(5, { event_type: "user.transcription", text: "How are you?" });
  sendAt(6, { event_type: "avatar.transcription", text: "Fine." });
  sendAt(7, { event_type: "user.transcription_chunk", text: "Good" });
  sendAt(8, { event_type: "user.transcription", text: "Good." });
  sendAt(9, { event_type: "avatar.transcription", text: "Yes." });

  assert.deepEqual(said, [["How are you?", 1], ["Fine.", 3], ["Good.", 7], ["Yes.", 9]]);
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
