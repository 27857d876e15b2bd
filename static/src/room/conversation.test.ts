import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { Conversation, type ConversationParts } from "./conversation.ts";
import { facts } from "./fixtures.ts";
import { initialState, reduce } from "./state.ts";
import { createStore } from "./store.ts";

/** A page's part in a room; what its call is told is in `told`. */
function conversation(context: TestContext) {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const window = Object.assign(new EventTarget(), { setInterval, clearInterval });
  Object.assign(globalThis, { window });
  context.after(() => Reflect.deleteProperty(globalThis, "window"));
  const told: string[] = [];
  class Call {
    avatar = { setSilent: () => undefined };
    prepare = () => undefined;
    leave = async () => void told.push("leave");
    setMuted = async (muted: boolean) => void told.push(muted ? "mute" : "unmute");
    chooseDevice = async () => void told.push("choose");
  }
  const store = createStore(reduce, initialState(facts()));
  const parts = {
    api: { lines: async () => undefined, timeline: async () => undefined },
    store,
    media: Promise.resolve({ Call }),
    roomHost: "",
    clicked: null,
    showLevel: () => undefined,
  };
  return { told, store, conversation: new Conversation(parts as unknown as ConversationParts) };
}

test("a conversation that was left opens no microphone any more", async (context) => {
  const { conversation: left, store, told } = conversation(context);
  await left.setMuted(true);
  await left.leave();

  await left.setMuted(false);
  await left.chooseDevice("audioinput", "headset");

  assert.deepEqual(told, ["mute", "leave"]);
  assert.equal(store.state.microphone, "muted");
});
