import assert from "node:assert/strict";
import { test } from "node:test";
import { AA, contrast, nearestReadable, parseColour } from "./colours.ts";

test("contrast is that of WCAG", () => {
  assert.equal(contrast("#000000", "#ffffff"), 21);
  assert.equal(contrast("#777777", "#ffffff").toFixed(2), "4.48");
});

// The same as in tests/sessions_app/test_colours.py.
test("the nearest colour is the one that the server offers", () => {
  const cases = [
    ["#3b3fd8", "#ffffff", "#3b3fd8"],
    ["#8f96ff", "#ffffff", "#5761ff"],
    ["#ffcc00", "#ffffff", "#8f7200"],
    ["#ff0000", "#ffffff", "#ed0000"],
    ["#202040", "#000000", "#6e6eb6"],
    ["#ffffff", "#ffffff", "#757575"],
    ["#000000", "#000000", "#757575"],
    ["#12a594", "#ffffff", "#0e8577"],
  ] as const;
  for (const [ground, text, expected] of cases) {
    assert.equal(nearestReadable(ground, text), expected);
  }
});

test("whatever is chosen, something near it passes", () => {
  for (let red = 0; red < 256; red += 51) {
    for (let grey = 0; grey < 256; grey += 15) {
      const ground = `#${red.toString(16).padStart(2, "0")}8040`;
      const text = `#${grey.toString(16).padStart(2, "0").repeat(3)}`;
      assert.ok(contrast(nearestReadable(ground, text), text) >= AA, `${text} on ${ground}`);
    }
  }
});

test("what people type for a colour is understood", () => {
  assert.equal(parseColour(" #3B3FD8 "), "#3b3fd8");
  assert.equal(parseColour("fc0"), "#ffcc00");
  assert.equal(parseColour("blue"), null);
});
