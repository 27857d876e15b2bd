import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, test } from "node:test";

import { ApiError, send } from "./api.ts";

const seen: (string | undefined)[] = [];
let server: Server;
let url: string;

beforeEach(async () => {
  seen.length = 0;
  server = createServer((request, response) => {
    seen.push(request.headers["x-request-id"] as string | undefined);
    response.writeHead(request.method === "POST" ? 409 : 200);
    response.end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterEach(() => void server.close());

test("each request bears an id of its own", async () => {
  await send(url, undefined, {});
  await send(url, undefined, {});

  assert.match(seen[0] ?? "", /^[0-9a-f]{32}$/);
  assert.notEqual(seen[0], seen[1]);
});

test("an error knows by which id the server has logged it", async () => {
  const error = await send(url, {}, {}).catch((caught: unknown) => caught);

  assert.ok(error instanceof ApiError);
  assert.equal(error.status, 409);
  assert.equal(error.requestId, seen[0]);
});
