import assert from "node:assert/strict";
import { test } from "node:test";
import { readMessage } from "./host.ts";

const parent = {};
const expected = { origin: "https://shop.example", source: parent, widgetId: "w1" };
const message = { liveavatar: 1, widget: "w1", type: "opened" };
const event = { data: message, origin: "https://shop.example", source: parent as Window };

test("the host page's own messages are heard", () => {
  assert.equal(readMessage(event, expected), "opened");
});

for (const [what, changed] of Object.entries({
  "another origin": { ...event, origin: "https://evil.example" },
  "another window of the right origin": { ...event, source: {} as Window },
  "another widget": { ...event, data: { ...message, widget: "w2" } },
  "another version": { ...event, data: { ...message, liveavatar: 2 } },
  "an unknown type": { ...event, data: { ...message, type: "token" } },
  "no object": { ...event, data: "opened" },
  nothing: { ...event, data: null },
})) {
  test(`a message of ${what} is not`, () => {
    assert.equal(readMessage(changed, expected), null);
  });
}
