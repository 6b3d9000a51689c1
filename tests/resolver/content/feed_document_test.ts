import assert from "node:assert/strict";
import type { Transport } from "../../../resolver/contracts.ts";
import { FEED_NAMES } from "../../../resolver/content/feed_document.ts";
import { contentLimits } from "../../../resolver/content/limits.ts";
import {
  ContentUnreachableError,
  ContentWrongError,
  OutboundError,
} from "../../../resolver/errors.ts";
import {
  failing,
  fakeSource,
  fileTree,
  folderTree,
  forging,
  holding,
  rawTree,
  silent,
  type Tree,
} from "../../support/blocks.ts";
import { createTestClock } from "../../support/clock.ts";
import { CALL, outcomes, readerOver, rejection } from "../../support/content.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";
import { patterned } from "../../support/source_files.ts";
import { dagPbNode, unixfsNode } from "../../support/unixfs.ts";

const SIGNER = makeSigner();
const LOCATION = "https://alice.example/feed.xml";
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (text: string) => new TextEncoder().encode(text);

/** A transport that gives these bytes for every location. */
function giving(body: Uint8Array<ArrayBuffer>, mediaType = ""): Transport {
  return {
    id: "test",
    accepts: (location) => location.startsWith("https:"),
    open: () => Promise.resolve({ body: new Blob([body]).stream(), mediaType }),
  };
}

async function feedOf(tree: Tree, options: Parameters<typeof readerOver>[1] = {}) {
  const pointer = await verifiedPointer(SIGNER, { cid: tree.root.toString() });
  return await readerOver([fakeSource("peer", holding(tree.blocks))], options)
    .feedDocument(pointer, CALL);
}

Deno.test("a raw block is the feed", async () => {
  const tree = await rawTree(bytes("<rss/>"));
  const document = await feedOf(tree);
  assert.equal(text(document.bytes), "<rss/>");
  assert.deepEqual(outcomes(document.roads), ["peer delivered"]);
  assert.equal(document.folder, null);
  assert.ok(document.cid.equals(tree.root));
});

Deno.test("a file over many blocks is the feed", async () => {
  const content = patterned(100_000);
  const document = await feedOf(await fileTree(content));
  assert.deepEqual(document.bytes, content);
});

Deno.test("in a folder the first of the feeds' names is the feed, plain or sharded", async () => {
  for (const shardSplitThresholdBytes of [0, 262_144]) {
    for (const [index, name] of FEED_NAMES.entries()) {
      const later = FEED_NAMES.slice(index).map((name) => [name, name]);
      const files = { ...Object.fromEntries(later), "post/index.xml": "no", "a.jpg": "picture" };
      const document = await feedOf(await folderTree(files, { shardSplitThresholdBytes }));
      assert.equal(document.name, name);
      assert.equal(text(document.bytes), name);
      const picture = await document.folder?.find("a.jpg", CALL);
      assert.equal(picture?.kind, "file");
    }
  }
});

Deno.test("a folder by a feed's name is no feed, and a folder without one says so", async () => {
  const document = await feedOf(await folderTree({ "feed.xml/x": "no", "rss.xml": "feed" }));
  assert.equal(document.name, "rss.xml");
  const error = await rejection(feedOf(await folderTree({ "x.html": "page" })), ContentWrongError);
  assert.match(error.message, /no feed/);
  assert.match(error.remedy, /feed\.xml/);
});

Deno.test("a feed over the limit is refused before it is read", async () => {
  const leaf = await rawTree(patterned(1_000_000));
  const links = Array.from({ length: 30 }, () => ({ cid: leaf.root }));
  const blockSizes = links.map(() => 1_000_000);
  const file = await unixfsNode({ blockSizes, links }, leaf.blocks);
  const folder = await unixfsNode(
    { type: "directory", links: [{ name: "feed.xml", cid: file.root }] },
    file.blocks,
  );
  for (const tree of [file, folder]) {
    const error = await rejection(feedOf(tree), ContentWrongError);
    assert.match(error.message, new RegExp(`30000000 bytes.*${contentLimits.feedBytes}`));
  }
});

Deno.test("what is no file and no folder is refused in words", async () => {
  const tree = await dagPbNode(new Uint8Array([0xff, 0xff]));
  assert.match((await rejection(feedOf(tree), ContentWrongError)).message, /no UnixFS/);
});

Deno.test("a location delivers what nobody else has, with the media type that it claims", async () => {
  const tree = await rawTree(bytes("<rss/>"));
  const fields = { cid: tree.root.toString(), locations: [LOCATION] };
  const pointer = await verifiedPointer(SIGNER, fields);
  const transports = [giving(bytes("<rss/>"), "text/xml; charset=latin1")];
  const reader = readerOver([fakeSource("local", holding(new Map()), true)], { transports });
  const document = await reader.feedDocument(pointer, CALL);
  assert.equal(document.mediaType, "text/xml; charset=latin1");
  assert.deepEqual(outcomes(document.roads), ["local none", `${LOCATION} delivered`]);
  assert.deepEqual(await reader.localBlock(tree.root, CALL), document.bytes);
});

Deno.test("a location may be larger than a block, up to the limit of feeds", async () => {
  const content = patterned(contentLimits.blockBytes + 1);
  const tree = await rawTree(content);
  const fields = { cid: tree.root.toString(), locations: [LOCATION] };
  const pointer = await verifiedPointer(SIGNER, fields);
  const reader = readerOver([], { transports: [giving(content)] });
  assert.deepEqual((await reader.feedDocument(pointer, CALL)).bytes, content);

  const limits = { ...contentLimits, feedBytes: contentLimits.blockBytes };
  const strict = readerOver([], { transports: [giving(content)], limits });
  const error = await rejection(strict.feedDocument(pointer, CALL), ContentWrongError);
  assert.match(error.message, /larger/);
});

Deno.test("locations and block sources race: the silent and the wrong ones lose", async () => {
  const tree = await rawTree(bytes("<rss/>"));
  const fields = { cid: tree.root.toString(), locations: [LOCATION] };
  const pointer = await verifiedPointer(SIGNER, fields);

  const wrongLocation = readerOver([fakeSource("peer", holding(tree.blocks))], {
    transports: [giving(bytes("<RSS/>"))],
  });
  const { roads } = await wrongLocation.feedDocument(pointer, CALL);
  assert.deepEqual(outcomes(roads), [`${LOCATION} forged`, "peer delivered"]);

  const clock = createTestClock();
  const silentTransport: Transport = { ...giving(bytes("")), open: () => new Promise(() => {}) };
  const slowLocation = readerOver([fakeSource("peer", holding(tree.blocks))], {
    transports: [silentTransport],
    clock: clock.now,
    alarm: clock.alarm,
  });
  const delivery = slowLocation.feedDocument(pointer, CALL);
  await clock.advance(contentLimits.hedgeMilliseconds);
  assert.equal(text((await delivery).bytes), "<rss/>");
});

Deno.test("when no road leads there, each is listed with its reason", async () => {
  const tree = await rawTree(bytes("<rss/>"));
  const onion = `http://${"a".repeat(56)}.onion/feed.xml`;
  const fields = { cid: tree.root.toString(), locations: [LOCATION, onion] };
  const pointer = await verifiedPointer(SIGNER, fields);
  const refusing: Transport = {
    ...giving(bytes("")),
    open: () => Promise.reject(new OutboundError("10.0.0.1 is private", { reason: "refused" })),
  };
  const sources = [fakeSource("local", holding(new Map()), true), fakeSource("peer", failing)];
  const reader = readerOver(sources, { transports: [refusing] });
  const error = await rejection(reader.feedDocument(pointer, CALL), ContentUnreachableError);
  assert.deepEqual(error.roads.map(({ road, reason }) => [road, reason]), [
    ["local", "It is not there."],
    [LOCATION, "Its address is not allowed."],
    [onion, "This gateway has no road of this kind."],
    ["peer", "It failed."],
  ]);
});

Deno.test("a magnet link is passed over at once, in words, and is nobody's failure", async () => {
  const magnet = "magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a&tr=http://10.0.0.1/";
  const tree = await rawTree(bytes("<rss/>"));
  const fields = { cid: tree.root.toString(), locations: [magnet, LOCATION] };
  const pointer = await verifiedPointer(SIGNER, fields);
  // Nobody turns this clock: nothing is waited for.
  const { now: clock, alarm } = createTestClock();
  const read = (body: string) =>
    readerOver([], { transports: [giving(bytes(body))], clock, alarm }).feedDocument(pointer, CALL);

  assert.deepEqual(outcomes((await read("<rss/>")).roads), [
    `${magnet} skipped`,
    `${LOCATION} delivered`,
  ]);
  // All that came is wrong: that is 502, and trying again would not help.
  const error = await rejection(read("<rdf/>"), ContentWrongError);
  assert.deepEqual(outcomes(error.roads), [`${magnet} skipped`, `${LOCATION} forged`]);
  assert.equal(error.roads[0]?.reason, "This gateway does not use BitTorrent.");
});

Deno.test("content that is forged in the middle of a folder is wrong, not missing", async () => {
  const tree = await folderTree({ "feed.xml": "feed" });
  const source = fakeSource(
    "peer",
    (cid, signal) => (cid.equals(tree.root) ? holding : forging)(tree.blocks)(cid, signal),
  );
  const pointer = await verifiedPointer(SIGNER, { cid: tree.root.toString() });
  const error = await rejection(
    readerOver([source]).feedDocument(pointer, CALL),
    ContentWrongError,
  );
  assert.deepEqual(outcomes(error.roads), ["peer forged"]);
});

Deno.test("the request's deadline becomes a list of roads", async () => {
  const tree = await folderTree({ "feed.xml": "feed" });
  const pointer = await verifiedPointer(SIGNER, { cid: tree.root.toString() });
  const deadline = new AbortController();
  const source = fakeSource("peer", (cid, signal) => {
    if (cid.equals(tree.root)) return holding(tree.blocks)(cid, signal);
    queueMicrotask(() => deadline.abort(new DOMException("Time is up", "TimeoutError")));
    return silent(cid, signal);
  });
  const reading = readerOver([source]).feedDocument(pointer, deadline);
  const error = await rejection(reading, ContentUnreachableError);
  assert.deepEqual(outcomes(error.roads), ["peer failed"]);
});
