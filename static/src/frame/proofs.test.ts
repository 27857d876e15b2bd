import assert from "node:assert/strict";
import { test } from "node:test";
import { digest, Holder } from "./proofs.ts";

const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;

function decode(part: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(part, "base64url"));
}

test("a proof is signed by the key that it shows, for one request and one ticket", async () => {
  const holder = await Holder.make(() => 1_700_000_000_500);

  const proof = await holder.prove("POST", "https://avatars.example/api/start", "the ticket");

  const [header, claims, signature] = proof.split(".") as [string, string, string];
  const { typ, alg, jwk } = JSON.parse(Buffer.from(header, "base64url").toString());
  const told = JSON.parse(Buffer.from(claims, "base64url").toString());
  assert.deepEqual([typ, alg, Object.keys(jwk).sort()], ["dpop+jwt", "ES256", ["crv", "kty", "x", "y"]]);
  assert.deepEqual(
    [told.htm, told.htu, told.iat, told.ath],
    ["POST", "https://avatars.example/api/start", 1_700_000_000, await digest("the ticket")],
  );
  const key = await crypto.subtle.importKey("jwk", jwk, CURVE, false, ["verify"]);
  const isSigned = await crypto.subtle.verify(
    { name: "ECDSA", hash: "SHA-256" },
    key,
    decode(signature),
    new TextEncoder().encode(`${header}.${claims}`),
  );
  assert.equal(isSigned, true);
});

test("no two proofs are the same, and none without a ticket names one", async () => {
  const holder = await Holder.make(() => 0);
  const proofs = await Promise.all([1, 2].map(() => holder.prove("GET", "https://a.example/", null)));

  const claims = proofs.map((proof) => JSON.parse(Buffer.from(proof.split(".")[1]!, "base64url").toString()));

  assert.notEqual(claims[0].jti, claims[1].jti);
  assert.equal("ath" in claims[0], false);
});
