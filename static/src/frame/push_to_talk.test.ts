import assert from "node:assert/strict";
import { test } from "node:test";
import { isOurs, PushToTalk } from "./push_to_talk.ts";

const button = { closest: () => null } as unknown as EventTarget;
const page = { closest: () => null } as unknown as EventTarget;
const field = { closest: () => ({}) } as unknown as EventTarget;
const plain = { ctrlKey: false, metaKey: false, altKey: false };

test("the chosen key talks from anywhere but from what takes keys itself", () => {
  assert.equal(isOurs({ ...plain, code: "KeyT", target: page }, "KeyT", button), true);
  assert.equal(isOurs({ ...plain, code: "KeyT", target: field }, "KeyT", button), false);
  assert.equal(isOurs({ ...plain, code: "KeyU", target: page }, "KeyT", button), false);
  assert.equal(isOurs({ ...plain, code: "KeyT", target: page, ctrlKey: true }, "KeyT", button), false);
});

test("without a key the button alone talks, by Space and Enter", () => {
  assert.equal(isOurs({ ...plain, code: "Space", target: page }, "", button), false);
  assert.equal(isOurs({ ...plain, code: "Space", target: button }, "", button), true);
  assert.equal(isOurs({ ...plain, code: "Enter", target: button }, "", button), true);
});

for (const [pushToTalk, press, release] of [
  ["hold", "pointerdown", "pointerup"],
  ["hold", "keydown", "keyup"],
  ["toggle", "click", "click"],
  ["toggle", "keydown", "keydown"],
] as const) {
  test(`a ${press} to ${pushToTalk} speaks in the conversation that runs, and in none that is over`, (context) => {
    const page = { document: new EventTarget(), window: new EventTarget() };
    Object.assign(globalThis, page);
    context.after(() => Object.keys(page).forEach((name) => Reflect.deleteProperty(globalThis, name)));
    const attributes = { setAttribute: () => undefined, setPointerCapture: () => undefined };
    const talk = Object.assign(new EventTarget(), attributes) as unknown as HTMLButtonElement;
    const said: string[] = [];
    const bind = (name: string, over: AbortSignal): void => {
      const config = { pushToTalk, pushToTalkKey: "KeyT" };
      new PushToTalk(config, talk, (talking) => said.push(`${name} ${talking}`)).bind(over);
    };
    const act = (type: string): boolean =>
      (type.startsWith("key") ? page.document : talk).dispatchEvent(
        Object.assign(new Event(type), { ...plain, code: "KeyT" }),
      );
    const over = new AbortController();

    bind("first", over.signal);
    act(press);
    act(release);
    over.abort();
    bind("second", new AbortController().signal);
    act(press);
    act(release);

    assert.deepEqual(said, ["first true", "first false", "second true", "second false"]);
  });
}
