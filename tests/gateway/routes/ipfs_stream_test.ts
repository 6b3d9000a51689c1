import assert from "node:assert/strict";
import type { ContentReader } from "../../../resolver/content/content.ts";
import { contentLimits } from "../../../resolver/content/limits.ts";
import { REQUEST_MILLISECONDS } from "../../../resolver/deadline.ts";
import { fakeSource, fileTree, forging, holding } from "../../support/blocks.ts";
import { createTestClock } from "../../support/clock.ts";
import { readerOver } from "../../support/content.ts";
import { ipfsApp } from "../../support/ipfs_app.ts";
import { patterned } from "../../support/source_files.ts";

const BYTES = patterned(2_000_000);
const TREE = await fileTree(BYTES, { chunkBytes: 100_000 });
const LEAVES = [...TREE.blocks.keys()];

/** The routes on a real port. */
function serve(content: ContentReader, options: Parameters<typeof ipfsApp>[1] = {}) {
  const app = ipfsApp(content, options);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.fetch);
  return {
    url: `http://127.0.0.1:${server.addr.port}/ipfs/${TREE.root}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("a file over many blocks goes out whole, again and again", async () => {
  await using server = serve(readerOver([fakeSource("peer", holding(TREE.blocks))]));
  for (let time = 0; time < 3; time++) {
    const response = await fetch(server.url);
    assert.equal(response.headers.get("Content-Length"), `${BYTES.length}`);
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), BYTES);
  }
});

Deno.test("a wrong block in the middle breaks the connection: no part passes for the whole", async () => {
  const source = fakeSource(
    "peer",
    (cid, signal) => (cid.toString() === LEAVES[10] ? forging : holding)(TREE.blocks)(cid, signal),
  );
  await using server = serve(readerOver([source]));
  const response = await fetch(server.url);
  assert.equal(response.status, 200);
  await assert.rejects(response.arrayBuffer());
});

Deno.test("a visitor who leaves ends the fetches that go on for him", async () => {
  const [asked, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const source = fakeSource("peer", (cid, signal) => {
    if (cid.toString() !== LEAVES[2]) return holding(TREE.blocks)(cid, signal);
    asked.resolve();
    signal.addEventListener("abort", () => ended.resolve());
    return new Promise(() => {});
  });
  await using server = serve(readerOver([source]));
  const response = await fetch(server.url);
  await asked.promise;
  await response.body?.cancel();
  await ended.promise;
});

Deno.test("a long download outlives the deadline for its beginning", async () => {
  const clock = createTestClock();
  const held = Promise.withResolvers<void>();
  const source = fakeSource("peer", async (cid, signal) => {
    if (cid.toString() === LEAVES[15]) await held.promise;
    return await holding(TREE.blocks)(cid, signal);
  });
  await using server = serve(readerOver([source]), clock);
  const response = await fetch(server.url);
  const bytes = response.arrayBuffer();
  await clock.advance(REQUEST_MILLISECONDS + 1);
  held.resolve();
  assert.equal((await bytes).byteLength, BYTES.length);
});

Deno.test("the deadline for the beginning is answered in time", async () => {
  const clock = createTestClock();
  const asked = Promise.withResolvers<void>();
  const source = fakeSource("peer", () => {
    asked.resolve();
    return new Promise(() => {});
  });
  const limits = { ...contentLimits, blockMilliseconds: 60_000 };
  await using server = serve(
    readerOver([source], { limits, clock: clock.now, alarm: clock.alarm }),
    clock,
  );
  const answer = fetch(server.url);
  await asked.promise;
  await clock.advance(REQUEST_MILLISECONDS);
  const response = await answer;
  assert.equal(response.status, 504);
  await response.body?.cancel();
});
