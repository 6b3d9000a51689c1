import assert from "node:assert/strict";
import type { Outbound } from "../../resolver/outbound/outbound.ts";
import { trustlessSource } from "../../resolver/trustless.ts";
import { rawTree } from "../support/blocks.ts";
import { CALL } from "../support/content.ts";

const { root } = await rawTree(new Uint8Array(1));

/** A service that answers every question with the status that is set. */
function serviceWith(status: number) {
  const service = { status, asked: [] as URL[] };
  const outbound: Outbound = {
    fetch({ url }) {
      service.asked.push(new URL(url));
      return Promise.resolve({
        status: service.status,
        headers: new Headers(),
        url,
        body: new ReadableStream({ start: (controller) => controller.close() }),
      });
    },
  };
  const source = trustlessSource({
    id: "service",
    baseUrl: "http://service.test/base",
    outbound,
    clock: () => 0,
  });
  const dag = source.dag?.bind(source) ?? assert.fail();
  return { service, dag: (path: string) => dag({ root, path, scope: "entity" }, CALL) };
}

Deno.test("a path leads nowhere but below its content, whatever its parts are called", async () => {
  const { service, dag } = serviceWith(404);
  const outside = ["..", ".", "a/../../../v1/peers", "../../api/v0/shutdown", "a/."];
  for (const path of outside) assert.equal(await dag(path), null);
  assert.equal(service.asked.length, 0);
  for (const path of ["a/b.jpg", "...", "%2e%2e/x", "a?b#c/é"]) await dag(path);
  for (const { pathname, hash } of service.asked) {
    assert.ok(pathname.startsWith(`/base/ipfs/${root}/`), pathname);
    assert.equal(hash, "");
  }
  assert.equal(service.asked.length, 4);
});

Deno.test("a service that is asked too often is asked for CARs again, one that gives none is not", async () => {
  const { service, dag } = serviceWith(429);
  await assert.rejects(dag("a"), /status 429/);
  await assert.rejects(dag("a"), /status 429/);
  service.status = 400;
  assert.equal(await dag("a"), null);
  assert.equal(await dag("a"), null);
  assert.equal(service.asked.length, 3);
});
