import assert from "node:assert/strict";
import { test } from "node:test";
import { Rejoining } from "./rejoining.ts";

/** A room that opens at the given try; what happened is in `said`. */
function room(opensAt: number, isWanted = (): boolean => true) {
  const said: string[] = [];
  let tries = 0;
  const rejoining = new Rejoining({
    join: async () => {
      tries += 1;
      said.push("try");
      return tries >= opensAt;
    },
    isWanted,
    wait: async (milliseconds, signal) => {
      said.push(signal.aborted ? "hurry" : `${Math.floor(milliseconds / 500) * 500}`);
    },
  });
  return { rejoining, said };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test("it tries at once, then at longer and longer intervals, until it is in", async (context) => {
  context.mock.method(Math, "random", () => 0);
  const { rejoining, said } = room(4);

  rejoining.start();
  await settled();

  assert.deepEqual(said, ["try", "500", "try", "1000", "try", "2000", "try"]);
});

test("it gives up as soon as nobody wants it", async () => {
  let wanted = true;
  const { rejoining, said } = room(99, () => wanted);

  rejoining.start();
  wanted = false;
  await settled();

  assert.deepEqual(said, ["try"]);
});

test("started twice it tries once at a time; asked to hurry it does not wait", async () => {
  const { rejoining, said } = room(2);

  rejoining.start();
  rejoining.start();
  rejoining.now();
  await settled();

  assert.deepEqual(said, ["try", "hurry", "try"]);
});

test("once in, it can begin anew", async () => {
  const { rejoining, said } = room(1);

  rejoining.start();
  await settled();
  rejoining.now();
  await settled();

  assert.deepEqual(said, ["try", "try"]);
});
