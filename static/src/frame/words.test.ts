import assert from "node:assert/strict";
import { test } from "node:test";
import { facts } from "../room/fixtures.ts";
import { initialState, type RoomState } from "../room/state.ts";
import { whoDenies } from "./denial.ts";
import { speaker } from "./texts.ts";
import { endWords, moodWords, noticeFor, refusalNotice, stepWords } from "./words.ts";

const stateWith = (changes: Partial<RoomState>): RoomState => ({
  ...initialState(facts()),
  ...changes,
});
const say = (key: string): string => key;
const context = { say, denial: "person" } as const;

test("a text is filled in, and one that is missing is an error", () => {
  const speak = speaker({ lasted: "You talked for {time}." });

  assert.equal(speak("lasted", { time: "1:05" }), "You talked for 1:05.");
  assert.throws(() => speak("nothing"), /no text is called nothing/);
});

test("the start is told step by step", () => {
  const steps = [
    stateWith({ microphone: "asking" }),
    stateWith({ facts: facts({ steps: { requested: 1 } }) }),
    stateWith({ facts: facts({ steps: { requested: 1, claimed: 2 } }) }),
    stateWith({ facts: facts({ steps: { requested: 1, claimed: 2, started: 3 } }) }),
    stateWith({ link: "joined" }),
  ];

  assert.deepEqual(
    steps.map((state) => stepWords(state, say)),
    ["step_microphone", "step_accepted", "step_starting", "step_joining", "step_picture"],
  );
});

test("somebody who is not heard is told so, and not to interrupt", () => {
  const speaking = {
    link: "joined",
    ownSteps: { picture: 1 },
    avatarTalking: true,
    facts: facts({ state: "live" }),
  } as const;

  assert.equal(moodWords(stateWith({ ...speaking, microphone: "on" }), say), "speaking_interrupt");
  assert.equal(moodWords(stateWith({ ...speaking, microphone: "denied" }), say), "speaking");
});

for (const [denial, title] of [
  ["person", "microphone_denied"],
  ["frame", "microphone_frame"],
  ["policy", "microphone_policy"],
] as const) {
  test(`a microphone that is kept away by the ${denial} has words of its own`, () => {
    const notice = noticeFor(stateWith({ microphone: "denied" }), { say, denial });

    assert.equal(notice?.title, title);
    assert.equal(notice?.actions.some(({ name }) => name === "retry_microphone"), denial === "person");
    assert.equal(notice?.actions.at(-1)?.name, "dismiss");
  });
}

test("a browser that tells of the policy says who denies, one that does not means the person", () => {
  const page = (allows: boolean): Document =>
    ({ featurePolicy: { allowsFeature: () => allows } }) as unknown as Document;

  assert.equal(whoDenies(true, page(false)), "policy");
  assert.equal(whoDenies(false, page(false)), "frame");
  assert.equal(whoDenies(true, page(true)), "person");
  assert.equal(whoDenies(true, {} as Document), "person");
});

test("every refusal says what to do, and one that is not known is a bad moment", () => {
  assert.deepEqual(
    ["no_place", "used_up", "refused", "throttled"].map((code) => {
      const { name, actions } = refusalNotice(code, say);
      return [name, actions.map((action) => action.name)];
    }),
    [
      ["no_place", ["again"]],
      ["used_up", []],
      ["refused", ["reload"]],
      ["unavailable", ["again"]],
    ],
  );
});

test("the end says why", () => {
  const over = (endReason: string): RoomState =>
    stateWith({ facts: facts({ state: "ended", endReason }) });

  assert.deepEqual(
    ["limit", "", "member_gone"].map((reason) => endWords(over(reason), say)),
    ["ended_limit", "ended_unavailable", "ended_unavailable"],
  );
  assert.equal(noticeFor(stateWith({ microphone: "on", online: false }), context)?.name, "offline");
});

test("an end for want of a picture is the connection's, though the page asked for it", () => {
  const ended = stateWith({
    facts: facts({ state: "ended", endReason: "person" }),
    worries: new Set(["no_picture"]),
  });

  assert.equal(endWords(ended, say), "no_picture_help");
});
