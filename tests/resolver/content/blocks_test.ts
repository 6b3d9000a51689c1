import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import { identity } from "multiformats/hashes/identity";
import { sha512 } from "multiformats/hashes/sha2";
import type { Place } from "../../../resolver/content/blocks.ts";
import { DAG_PB, RAW } from "../../../resolver/content/cid.ts";
import { contentLimits } from "../../../resolver/content/limits.ts";
import {
  ContentUnreachableError,
  ContentWrongError,
  NoRoomError,
  OutboundError,
  RefusedByOperatorError,
} from "../../../resolver/errors.ts";
import { diskBytes } from "../../../resolver/node/disk_bytes.ts";
import { refusedContent } from "../../../resolver/rules/refusals.ts";
import {
  failing,
  fakeSource,
  fileTree,
  forging,
  holding,
  rawTree,
  silent,
} from "../../support/blocks.ts";
import { createTestClock, settled } from "../../support/clock.ts";
import { blocksOver, CALL, outcomes, rejection } from "../../support/content.ts";
import { temporaryNode } from "../../support/nodes.ts";
import { patterned } from "../../support/source_files.ts";

const HELLO = await rawTree(new TextEncoder().encode("hello"));
const LACKS = holding(new Map());

Deno.test("this machine is asked alone, and nobody else when it has the block", async () => {
  const local = fakeSource("local", holding(HELLO.blocks), true);
  const peer = fakeSource("peer", holding(HELLO.blocks));
  const { content, road } = await blocksOver([peer, local]).get(HELLO.root, CALL);
  assert.equal(new TextDecoder().decode(content), "hello");
  assert.equal(road, "local");
  assert.deepEqual(peer.asked, []);
});

Deno.test("the next source is asked at once when one has nothing or fails", async () => {
  const clock = createTestClock();
  const sources = [
    fakeSource("local", LACKS, true),
    fakeSource("first", LACKS),
    fakeSource("second", failing),
    fakeSource("third", holding(HELLO.blocks)),
  ];
  const blocks = blocksOver(sources, { clock: clock.now, alarm: clock.alarm });
  const { roads } = await blocks.get(HELLO.root, CALL);
  assert.deepEqual(outcomes(roads), [
    "local none",
    "first none",
    "second failed",
    "third delivered",
  ]);
  assert.equal(clock.pending(), 0);
});

Deno.test("a source that is silent costs the hedge delay and no more", async () => {
  const clock = createTestClock();
  const stalling = fakeSource("stalling", silent);
  const healthy = fakeSource("healthy", holding(HELLO.blocks));
  const blocks = blocksOver([stalling, healthy], { clock: clock.now, alarm: clock.alarm });
  const delivery = blocks.get(HELLO.root, CALL);
  await clock.advance(contentLimits.hedgeMilliseconds - 1);
  assert.equal(healthy.asked.length, 0);
  await clock.advance(1);
  assert.equal(healthy.asked.length, 1);
  const { roads } = await delivery;
  assert.deepEqual(outcomes(roads), ["stalling skipped", "healthy delivered"]);
  assert.equal(stalling.abandoned, 1);
});

Deno.test("a source that was silent, failed or forged is asked last afterwards", async () => {
  for (const behaviour of [silent, failing, forging(HELLO.blocks)]) {
    const clock = createTestClock();
    const bad = fakeSource("bad", behaviour);
    const good = fakeSource(
      "good",
      (cid) => holding(cid.equals(HELLO.root) ? HELLO.blocks : other.blocks)(cid, CALL.signal),
    );
    const other = await rawTree(new TextEncoder().encode("other"));
    const blocks = blocksOver([bad, good], { clock: clock.now, alarm: clock.alarm });
    const first = blocks.get(HELLO.root, CALL);
    await clock.advance(contentLimits.hedgeMilliseconds);
    await first;
    await blocks.get(other.root, CALL);
    assert.equal(bad.asked.length, 1);
  }
});

Deno.test("bytes that are not what the CID names never win, wherever they come from", async () => {
  const local = fakeSource("local", forging(HELLO.blocks), true);
  const peer = fakeSource("peer", forging(HELLO.blocks));
  const honest = fakeSource("honest", holding(HELLO.blocks));
  const { content, roads } = await blocksOver([local, peer, honest]).get(HELLO.root, CALL);
  assert.equal(new TextDecoder().decode(content), "hello");
  assert.deepEqual(outcomes(roads), ["local forged", "peer forged", "honest delivered"]);
});

Deno.test("content that is wrong everywhere is told apart from content that nobody has", async () => {
  const forger = fakeSource("forger", forging(HELLO.blocks));
  const wrong = await rejection(
    blocksOver([fakeSource("peer", LACKS), forger]).get(HELLO.root, CALL),
    ContentWrongError,
  );
  assert.deepEqual(outcomes(wrong.roads), ["peer none", "forger forged"]);
  const missing = await rejection(
    blocksOver([fakeSource("peer", LACKS)]).get(HELLO.root, CALL),
    ContentUnreachableError,
  );
  assert.deepEqual(outcomes(missing.roads), ["peer none"]);
});

Deno.test("as long as somebody could not be asked, wrong bytes of others conclude nothing", async () => {
  const sources = [fakeSource("forger", forging(HELLO.blocks)), fakeSource("down", failing)];
  const error = await rejection(
    blocksOver(sources).get(HELLO.root, CALL),
    ContentUnreachableError,
  );
  assert.deepEqual(outcomes(error.roads), ["forger forged", "down failed"]);
});

Deno.test("a block over 2 MiB is refused, and the error says so", async () => {
  const large = await rawTree(patterned(contentLimits.blockBytes + 1));
  const error = await rejection(
    blocksOver([fakeSource("peer", holding(large.blocks))]).get(large.root, CALL),
    ContentWrongError,
  );
  assert.match(error.message, /larger/);
  assert.match(error.roads[0]?.reason ?? "", /2097152/);
});

Deno.test("when everybody is silent, the deadline ends it and lists who was asked", async () => {
  const clock = createTestClock();
  const sources = [fakeSource("one", silent), fakeSource("two", silent)];
  const blocks = blocksOver(sources, { clock: clock.now, alarm: clock.alarm });
  const delivery = rejection(blocks.get(HELLO.root, CALL), ContentUnreachableError);
  await clock.advance(contentLimits.blockMilliseconds);
  const error = await delivery;
  assert.deepEqual(outcomes(error.roads), ["one failed", "two failed"]);
  assert.equal(sources[0]?.abandoned, 1);
  assert.equal(clock.pending(), 0);
});

Deno.test("a caller's deadline lists who was asked; a caller who leaves gets the own reason", async () => {
  const blocks = blocksOver([fakeSource("silent", silent)]);
  const late = AbortSignal.abort(new DOMException("Time is up", "TimeoutError"));
  await rejection(blocks.get(HELLO.root, { signal: late }), ContentUnreachableError);

  const deadline = new AbortController();
  const waiting = rejection(blocks.get(HELLO.root, deadline), ContentUnreachableError);
  await settled();
  deadline.abort(new DOMException("Time is up", "TimeoutError"));
  assert.deepEqual(outcomes((await waiting).roads), ["silent failed"]);

  const visitor = new AbortController();
  const left = blocks.get(HELLO.root, visitor);
  await settled();
  visitor.abort(new Error("gone"));
  await assert.rejects(left, { message: "gone" });
});

Deno.test("callers share one fetch, which goes on until the last one leaves", async () => {
  const answer = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
  const source = fakeSource("peer", () => answer.promise);
  const blocks = blocksOver([source]);
  const leaver = new AbortController();
  const first = blocks.get(HELLO.root, leaver);
  const second = blocks.get(HELLO.root, CALL);
  await settled();
  leaver.abort();
  await assert.rejects(first, { name: "AbortError" });
  assert.equal(source.abandoned, 0);
  answer.resolve(new TextEncoder().encode("hello"));
  assert.equal((await second).content.length, 5);
  assert.equal(source.asked.length, 1);
});

Deno.test("a fetch that its last caller left is not joined by the next one", async () => {
  let held = false;
  const source = fakeSource(
    "peer",
    (cid, signal) => held ? holding(HELLO.blocks)(cid, signal) : silent(cid, signal),
  );
  const blocks = blocksOver([source]);
  const leaver = new AbortController();
  const first = blocks.get(HELLO.root, leaver);
  await settled();
  leaver.abort();
  await assert.rejects(first);
  held = true;
  await blocks.get(HELLO.root, CALL);
  assert.equal(source.asked.length, 2);
});

Deno.test("of too many different fetches at once the oldest ends, and the newest goes on", async () => {
  const limits = { ...contentLimits, fetchesAtOnce: 1 };
  const answer = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
  const blocks = blocksOver([fakeSource("peer", () => answer.promise)], { limits });
  const other = await rawTree(new Uint8Array(3));
  const first = blocks.get(HELLO.root, CALL);
  const second = blocks.get(other.root, CALL);
  await rejection(first, ContentUnreachableError);
  answer.resolve(new Uint8Array(3));
  await second;
});

Deno.test("a verified block stays in memory, within the bound", async () => {
  const source = fakeSource("peer", holding(HELLO.blocks));
  const blocks = blocksOver([source]);
  await blocks.get(HELLO.root, CALL);
  assert.deepEqual(outcomes((await blocks.get(HELLO.root, CALL)).roads), ["memory delivered"]);
  assert.equal(source.asked.length, 1);

  const small = blocksOver([source], { limits: { ...contentLimits, cacheBytes: 100 } });
  await small.get(HELLO.root, CALL);
  await small.get(HELLO.root, CALL);
  assert.equal(source.asked.length, 3);
});

Deno.test("a film stays in memory for a moment, and pushes nothing else out", async () => {
  const film = await fileTree(patterned(40 * 1_024));
  const blocks = new Map([...HELLO.blocks, ...film.blocks]);
  const limits = { ...contentLimits, cacheBytes: 20 * 1_024, passingBytes: 20 * 1_024 };
  const reader = blocksOver([fakeSource("peer", holding(blocks))], { limits });
  const roadOf = async (cid: CID, place?: Place) =>
    (await reader.get(cid, CALL, { kind: "media", place })).road;

  await roadOf(HELLO.root);
  const leaves = [...film.blocks.keys()].map((cid) => CID.parse(cid));
  for (const [index, cid] of leaves.entries()) {
    const place = { position: index * 1_024, fileBytes: 40 * 1_024 };
    assert.equal(await roadOf(cid, place), "peer");
    assert.equal(await roadOf(cid, place), "memory");
  }
  assert.equal(await roadOf(HELLO.root), "memory");
  assert.equal(await roadOf(leaves[0] ?? assert.fail()), "peer");
});

Deno.test("a fetched block reaches the node's store without keeping the visitor waiting", async () => {
  await using temporary = await temporaryNode();
  const store = temporary.node.blocks;
  const disk = Promise.withResolvers<void>();
  const slow = {
    ...store,
    put: (...block: Parameters<typeof store.put>) => disk.promise.then(() => store.put(...block)),
  };
  const blocks = blocksOver([fakeSource("peer", holding(HELLO.blocks))], { store: slow });
  await blocks.get(HELLO.root, CALL);
  assert.equal(await store.has(HELLO.root), false);
  disk.resolve();
  await blocks.flush();
  assert.equal(await store.has(HELLO.root), true);
});

Deno.test("a store that takes nothing is reported, and the visitor still served", async () => {
  const problems: unknown[] = [];
  const store = {
    get: () => Promise.resolve(null),
    has: () => Promise.resolve(false),
    put: () => Promise.reject(new Error("disk full")),
  };
  const blocks = blocksOver([fakeSource("peer", holding(HELLO.blocks))], {
    store,
    report: (problem) => problems.push(problem),
  });
  await blocks.get(HELLO.root, CALL);
  await blocks.flush();
  assert.match(String(problems), /disk full/);
});

Deno.test("what came from this machine, or would fill the memory, is not written", async () => {
  const written: string[] = [];
  const store = {
    get: () => Promise.resolve(null),
    has: () => Promise.resolve(false),
    put: (cid: CID) => Promise.resolve(void written.push(cid.toString())),
  };
  const local = fakeSource("local", holding(HELLO.blocks), true);
  await blocksOver([local], { store }).get(HELLO.root, CALL);
  const peer = fakeSource("peer", holding(HELLO.blocks));
  const limits = { ...contentLimits, pendingWriteBytes: 4 };
  await blocksOver([peer], { store, limits }).get(HELLO.root, CALL);
  assert.deepEqual(written, []);
});

Deno.test("strangers wear out no disk: so many bytes are kept at once, and a day", async () => {
  const written: string[] = [];
  const store = {
    get: () => Promise.resolve(null),
    has: () => Promise.resolve(false),
    put: (cid: CID) => Promise.resolve(void written.push(cid.toString())),
  };
  const trees = await Promise.all([1, 2, 3, 4].map((seed) => rawTree(patterned(10, seed))));
  const peer = fakeSource("peer", holding(new Map(trees.flatMap(({ blocks }) => [...blocks]))));
  const limits = { ...contentLimits, keptBytesPerDay: 2 * diskBytes(10) };
  const clock = createTestClock();
  const blocks = blocksOver([peer], { store, limits, clock: clock.now });
  const [first, second, third, fourth] = trees.map(({ root }) => root);
  assert.ok(first && second && third && fourth);
  for (const root of [first, second, third]) await blocks.get(root, CALL);
  await clock.advance(12 * 3_600_000);
  await blocks.get(fourth, CALL);
  await blocks.flush();
  assert.deepEqual(written, [first, second, fourth].map(String));
});

Deno.test("a store that is full of what is pinned, or refuses a block, is nobody's fault", async () => {
  for (const reason of [new NoRoomError("full"), refusedContent()]) {
    const store = {
      get: () => Promise.resolve(null),
      has: () => Promise.resolve(false),
      put: () => Promise.reject(reason),
    };
    const blocks = blocksOver([fakeSource("peer", holding(HELLO.blocks))], { store });
    await blocks.get(HELLO.root, CALL);
    await blocks.flush();
  }
});

Deno.test("a block inside its own CID needs nobody, up to 128 bytes", async () => {
  const blocks = blocksOver([]);
  const inline = (length: number) => CID.createV1(RAW, identity.digest(patterned(length)));
  assert.deepEqual((await blocks.get(inline(128), CALL)).content, patterned(128));
  await rejection(blocks.get(inline(129), CALL), ContentWrongError);
});

Deno.test("other hashes and codecs are refused before anybody is asked", async () => {
  const source = fakeSource("peer", holding(HELLO.blocks));
  const blocks = blocksOver([source]);
  const other = CID.createV1(RAW, await sha512.digest(new Uint8Array(1)));
  const cbor = CID.createV1(0x71, HELLO.root.multihash);
  await rejection(blocks.get(other, CALL), ContentWrongError);
  await rejection(blocks.get(cbor, CALL), ContentWrongError);
  assert.deepEqual(source.asked, []);
});

Deno.test("a CIDv0 is the same block as its CIDv1", async () => {
  const node = await rawTree(new Uint8Array([10, 2, 8, 1]));
  const version1 = CID.createV1(DAG_PB, node.root.multihash);
  const source = fakeSource(
    "peer",
    holding(new Map([[version1.toString(), new Uint8Array([10, 2, 8, 1])]])),
  );
  const blocks = blocksOver([source]);
  await blocks.get(CID.createV0(node.root.multihash as never), CALL);
  await blocks.get(version1, CALL);
  assert.deepEqual(source.asked, [version1.toString()]);
});

Deno.test("only this machine is asked for a block that others want from it", async () => {
  const peer = fakeSource("peer", holding(HELLO.blocks));
  const local = fakeSource("local", forging(HELLO.blocks), true);
  const blocks = blocksOver([local, peer]);
  assert.equal(await blocks.getLocal(HELLO.root, CALL), null);
  await blocks.get(HELLO.root, CALL);
  assert.equal((await blocks.getLocal(HELLO.root, CALL))?.length, 5);
  assert.equal(local.asked.length, 2);
  assert.equal(peer.asked.length, 1);
});

Deno.test("a report names no internals", async () => {
  const source = fakeSource(
    "peer",
    () => Promise.reject(new OutboundError("10.0.0.7:8000 refused", { reason: "connection" })),
  );
  const error = await rejection(
    blocksOver([source]).get(HELLO.root, CALL),
    ContentUnreachableError,
  );
  assert.deepEqual(error.roads.map(({ reason }) => reason), ["It could not be reached."]);
});

Deno.test("what a peer does not serve comes from another; when nobody has it, it is refused, not missing", async () => {
  const refusing = () => Promise.reject(new RefusedByOperatorError("Its operator does not."));
  const peer = fakeSource("peer", refusing);
  const other = fakeSource("other", holding(HELLO.blocks));
  const { roads } = await blocksOver([peer, other]).get(HELLO.root, CALL);
  assert.deepEqual(outcomes(roads), ["peer refused", "other delivered"]);
  for (const source of [fakeSource("other", LACKS), fakeSource("other", failing)]) {
    const blocks = blocksOver([peer, source]);
    await rejection(blocks.get(HELLO.root, CALL), RefusedByOperatorError);
  }
});

Deno.test("it is refused as well when another is silent until the deadline", async () => {
  const clock = createTestClock();
  const refusing = () => Promise.reject(new RefusedByOperatorError("Its operator does not."));
  const sources = [fakeSource("peer", refusing), fakeSource("other", silent)];
  const blocks = blocksOver(sources, { clock: clock.now, alarm: clock.alarm });
  const got = rejection(blocks.get(HELLO.root, CALL), RefusedByOperatorError);
  await settled();
  await clock.advance(contentLimits.blockMilliseconds);
  await got;
});
