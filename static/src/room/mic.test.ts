import assert from "node:assert/strict";
import { test } from "node:test";
import { howToAllow, whyNot } from "./mic.ts";

test("each refusal of the browser has its meaning", () => {
  assert.equal(whyNot("NotAllowedError"), "denied");
  assert.equal(whyNot("NotFoundError"), "missing");
  assert.equal(whyNot("OverconstrainedError"), "missing");
  assert.equal(whyNot("NotReadableError"), "busy");
  assert.equal(whyNot("SomethingNew"), "denied");
});

test("each browser's own place for the permission is named", () => {
  const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36";
  const safari = "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15";
  const phone = "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1";

  assert.match(howToAllow(chrome), /left of the address/);
  assert.match(howToAllow("Mozilla/5.0 Gecko/20100101 Firefox/140.0"), /crossed-out microphone/);
  assert.match(howToAllow(safari), /Safari’s menu/);
  assert.match(howToAllow(phone), /Website Settings/);
});
