import assert from "node:assert/strict";
import { test } from "node:test";
import { after, CONVERSING, JOINED } from "./fixtures.ts";
import { StartReport, type StartStep, stepsBetween } from "./start_report.ts";
import { reduce, type RoomEvent } from "./state.ts";

function reporting(clicked: number | null = 100) {
  const sent: { steps: Partial<Record<StartStep, string>>; isLast: boolean }[] = [];
  let isAway = false;
  const report = new StartReport({
    clicked,
    serverTimeAt: (moment) => 1_000_000 + moment,
    send: async (steps, isLast) => {
      if (isAway) throw new Error("the server is away");
      sent.push({ steps, isLast });
    },
  });
  return { report, sent, goAway: (away: boolean) => void (isAway = away) };
}

const at = (moment: number): string => new Date(1_000_000 + moment).toISOString();

test("the steps up to the picture and the first sound are told together, on the server's clock", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { report, sent } = reporting();
  report.arrive("requested");

  report.note("told", 1_300);
  report.note("joined", 1_500);
  report.note("first_frame", 2_000);
  report.note("first_sound", 2_400);
  context.mock.timers.tick(3_000);

  const steps = { clicked: 100, told: 1_300, joined: 1_500, first_frame: 2_000, first_sound: 2_400 };
  const told = Object.fromEntries(Object.entries(steps).map(([step, moment]) => [step, at(moment)]));
  assert.deepEqual(sent, [{ steps: told, isLast: false }]);
});

test("of each step the first counts, and none that is out of turn", async () => {
  const { report, sent } = reporting(null);
  report.arrive("starting");

  report.note("spoke", 1_000); // before the room: nobody could hear it
  report.note("told", 1_300);
  report.note("told", 9_300);
  report.note("joined", 1_500);
  report.note("first_reply", 1_600); // an answer to nothing
  await report.tell();

  assert.deepEqual(sent, [{ steps: { told: at(1_300), joined: at(1_500) }, isLast: false }]);
});

test("the answer to the first words is told by itself", async () => {
  const { report, sent } = reporting(null);
  report.note("told", 1_300);
  report.note("joined", 1_500);
  await report.tell();

  report.note("spoke", 20_000);
  report.note("first_reply", 20_800);
  await report.tell();

  assert.deepEqual(sent[1]?.steps, { spoke: at(20_000), first_reply: at(20_800) });
  assert.equal(sent.length, 2);
});

test("what did not arrive goes along with the next, also with the last", async () => {
  const { report, sent, goAway } = reporting(null);
  report.note("told", 1_300);
  goAway(true);
  await report.tell();
  report.note("joined", 1_500);
  goAway(false);

  await report.tell(true);

  assert.deepEqual(sent, [{ steps: { told: at(1_300), joined: at(1_500) }, isLast: true }]);
});

test("a page that comes to a running conversation has no start to tell of", async () => {
  const { report, sent } = reporting(null);
  report.arrive("live");

  report.note("told", 1_300);
  report.note("joined", 1_500);
  await report.tell();

  assert.deepEqual(sent, []);
});

test("a click whose session was live before the page was there is told of all the same", async () => {
  const { report, sent } = reporting(0);
  report.arrive("live");

  report.note("told", 300);
  await report.tell();

  assert.equal(sent.length, 1);
});

test("the room's states show the steps", () => {
  const between = (before: RoomEvent[], event: RoomEvent): StartStep[] => {
    const state = after(...before);
    return stepsBetween(state, reduce(state, event));
  };
  const talking: RoomEvent = { type: "user_talking", talking: true };

  assert.deepEqual(between(JOINED.slice(0, 2), { type: "link", link: "joined", at: 4_000 }), ["joined"]);
  assert.deepEqual(between(JOINED, { type: "picture", at: 5_000 }), ["first_frame"]);
  assert.deepEqual(between(CONVERSING, talking), []);
  assert.deepEqual(between([...CONVERSING, talking], { type: "user_talking", talking: false }), ["spoke"]);
  assert.deepEqual(between(CONVERSING, { type: "avatar_talking", talking: true }), ["first_reply"]);
});
