import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import { identity } from "multiformats/hashes/identity";
import { sha512 } from "multiformats/hashes/sha2";
import { DAG_PB, isInline, RAW } from "../../../resolver/content/cid.ts";
import { createLocations } from "../../../resolver/content/locations.ts";
import { contentLimits } from "../../../resolver/content/limits.ts";
import type { Transport } from "../../../resolver/contracts.ts";
import { systemAlarm } from "../../../resolver/deadline.ts";
import { ContentUnreachableError, ContentWrongError } from "../../../resolver/errors.ts";
import {
  fakeSource,
  fileTree,
  folderTree,
  holding,
  rawTree,
  type Tree,
} from "../../support/blocks.ts";
import { carOf, sourceBlocks } from "../../support/cars.ts";
import { settled } from "../../support/clock.ts";
import { CALL, outcomes, readerOver, rejection } from "../../support/content.ts";
import { eventually } from "../../support/eventually.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";
import { patterned } from "../../support/source_files.ts";
import { unixfsNode } from "../../support/unixfs.ts";

const LOCATION = "https://alice.example/feed.car";
const CAR_TYPE = "application/vnd.ipld.car; version=1";
const PICTURE = patterned(3_000);
const FOLDER = await folderTree({ "a.jpg": PICTURE, "feed.xml": "<rss/>" });
const BLOCKS = sourceBlocks(FOLDER.blocks);

/** A transport that gives these bytes for every location; `opened` counts. */
function giving(body: Uint8Array<ArrayBuffer>, mediaType = CAR_TYPE) {
  const transport = {
    id: "test",
    opened: 0,
    accepts: () => true,
    open() {
      transport.opened += 1;
      return Promise.resolve({ body: new Blob([body]).stream(), mediaType });
    },
  };
  return transport;
}

async function feedOf({ root }: Tree, transport: Transport) {
  const pointer = await verifiedPointer(makeSigner(), {
    cid: root.toString(),
    locations: [LOCATION],
  });
  const reader = readerOver([], { transports: [transport] });
  return { reader, document: reader.feedDocument(pointer, CALL) };
}

Deno.test("a CAR brings a folder's feed in one trip, and its pictures are there for the next reader", async () => {
  const transport = giving(await carOf([FOLDER.root], FOLDER.blocks));
  const { reader, document } = await feedOf(FOLDER, transport);
  const { bytes, folder, roads } = await document;
  assert.equal(new TextDecoder().decode(bytes), "<rss/>");
  assert.ok(outcomes(roads).includes(`${LOCATION} delivered`));
  const picture = await folder?.find("a.jpg", CALL);
  assert.ok(picture?.kind === "file");
  assert.equal(await picture.size(CALL), PICTURE.length);
  assert.deepEqual(await new Blob(await Array.fromAsync(picture.read(CALL))).bytes(), PICTURE);
  assert.equal((await reader.localBlock(picture.cid, CALL))?.length, PICTURE.length);
  assert.equal(transport.opened, 1);
});

Deno.test("a picture that was forgotten comes by the CAR again", async () => {
  const transport = giving(await carOf([FOLDER.root], FOLDER.blocks));
  const pointer = await verifiedPointer(makeSigner(), {
    cid: FOLDER.root.toString(),
    locations: [LOCATION],
  });
  const limits = { ...contentLimits, cacheBytes: 1_000 };
  const reader = readerOver([], { transports: [transport], limits });
  const { folder } = await reader.feedDocument(pointer, CALL);
  // As long as the first CAR is being read, the picture is taken from that.
  await eventually("the CAR is read again", async () => {
    // A file that was read keeps its first block: only one that is found anew has to ask.
    const picture = await folder?.find("a.jpg", CALL);
    assert.ok(picture?.kind === "file");
    assert.deepEqual(await new Blob(await Array.fromAsync(picture.read(CALL))).bytes(), PICTURE);
    assert.equal(await reader.localBlock(picture.cid, CALL), null);
    return transport.opened > 1;
  }, { pause: 1 });
  assert.equal(transport.opened, 2);
});

Deno.test("a file of many blocks comes as a CAR, a raw block as a CAR or as it is", async () => {
  const content = patterned(50_000);
  const file = await fileTree(content);
  const raw = await rawTree(PICTURE);
  const cases = [
    { tree: file, transport: giving(await carOf([file.root], file.blocks)), content },
    { tree: raw, transport: giving(await carOf([raw.root], raw.blocks)), content: PICTURE },
    { tree: raw, transport: giving(PICTURE, "text/xml"), content: PICTURE },
  ];
  for (const { tree, transport, content } of cases) {
    const { document } = await feedOf(tree, transport);
    assert.deepEqual((await document).bytes, content);
  }
});

Deno.test("blocks in any order, twice, or among some of others make no difference", async () => {
  const others = sourceBlocks((await fileTree(patterned(5_000, 9))).blocks);
  const orders = [[...BLOCKS].reverse(), [...BLOCKS, ...BLOCKS], [...others, ...BLOCKS, ...others]];
  for (const order of orders) {
    const { document } = await feedOf(FOLDER, giving(await carOf([FOLDER.root], order)));
    assert.equal(new TextDecoder().decode((await document).bytes), "<rss/>");
  }
});

Deno.test("locations that stop before the end hold a bounded number of bytes, and keep nobody out", async () => {
  const raw = await rawTree(PICTURE);
  let [opened, left] = [0, 0];
  const stopping: Transport = {
    id: "stopping",
    accepts: (location) => location.includes("/slow/"),
    open() {
      opened += 1;
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new Uint8Array(10_000)),
        cancel: () => void (left += 1),
      });
      return Promise.resolve({ body, mediaType: "text/xml" });
    },
  };
  const limits = { ...contentLimits, locationBytes: 35_000 };
  const reader = readerOver([], { transports: [stopping, giving(PICTURE, "text/xml")], limits });
  const leave = new AbortController();
  const read = async (tree: Tree, location: string) => {
    const fields = { cid: tree.root.toString(), locations: [location] };
    return reader.feedDocument(await verifiedPointer(makeSigner(), fields), leave);
  };
  const slow = Array.from(
    { length: 10 },
    async (_, seed) =>
      await read(await rawTree(patterned(20, seed + 2)), `https://a.example/slow/${seed}`),
  );
  const ends = Promise.allSettled(slow);
  await eventually("most had to leave", () => opened === 10 && left === 7);
  assert.deepEqual((await read(raw, LOCATION)).bytes, PICTURE);
  leave.abort();
  const reasons = (await ends).filter((end) =>
    end.status === "rejected" && end.reason instanceof ContentUnreachableError
  );
  assert.equal(reasons.length, 7);
});

Deno.test("a location loses no rank by a stranger who names it for what it never had", async () => {
  const raw = await rawTree(PICTURE);
  const other = await rawTree(patterned(10));
  const transport = giving(PICTURE, "text/xml");
  const peer = fakeSource("peer", holding(raw.blocks));
  const reader = readerOver([peer], { transports: [transport] });
  const read = async ({ root }: Tree) =>
    reader.feedDocument(
      await verifiedPointer(makeSigner(), { cid: root.toString(), locations: [LOCATION] }),
      CALL,
    );
  await rejection(read(other), ContentWrongError);
  assert.deepEqual(outcomes((await read(raw)).roads), [`${LOCATION} delivered`]);
});

Deno.test("what is no CAR of the content is not verifiable by this road, and says so", async () => {
  const other = await rawTree(patterned(10));
  const car = await carOf([FOLDER.root], FOLDER.blocks);
  const cases: [Uint8Array<ArrayBuffer>, string, RegExp][] = [
    [new TextEncoder().encode("<rss/>"), "text/xml", /not verifiable by this road/],
    [new Uint8Array(), CAR_TYPE, /not verifiable by this road/],
    [await carOf([other.root], FOLDER.blocks), CAR_TYPE, /not that of the content/],
    [await carOf([], FOLDER.blocks), CAR_TYPE, /not that of the content/],
    [await carOf([FOLDER.root, other.root], FOLDER.blocks), CAR_TYPE, /not that of the content/],
    [car.slice(0, car.length - 10), CAR_TYPE, /ends early/],
  ];
  for (const [body, mediaType, reason] of cases) {
    const { document } = await feedOf(FOLDER, giving(body, mediaType));
    const error = await rejection(document, ContentUnreachableError);
    assert.match(error.roads[0]?.reason ?? "", reason);
  }
});

Deno.test("a CAR of something else is left, and its connection with it", async () => {
  const other = await rawTree(patterned(10));
  const car = await carOf([other.root], FOLDER.blocks);
  let left = false;
  const endless: Transport = {
    id: "endless",
    accepts: () => true,
    open() {
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(car),
        cancel: () => void (left = true),
      });
      return Promise.resolve({ body, mediaType: CAR_TYPE });
    },
  };
  const { document } = await feedOf(FOLDER, endless);
  await rejection(document, ContentUnreachableError);
  assert.ok(left);
});

Deno.test("who only links to a picture does not take the place of who gives it", async () => {
  const picture = BLOCKS.find(({ bytes }) => bytes.length === PICTURE.length) ?? assert.fail();
  const linking = await unixfsNode(
    { type: "directory", links: [{ name: "a.jpg", cid: picture.cid }] },
    (await rawTree(patterned(1))).blocks,
  );
  const cars = new Map([
    ["https://honest.example/1.car", await carOf([FOLDER.root], FOLDER.blocks)],
    ["https://linking.example/1.car", await carOf([linking.root], linking.blocks)],
  ]);
  const transport: Transport = {
    id: "test",
    accepts: () => true,
    open: (location) =>
      Promise.resolve({
        body: new Blob([cars.get(location) ?? assert.fail()]).stream(),
        mediaType: CAR_TYPE,
      }),
  };
  const locations = createLocations({
    transports: [transport],
    limits: contentLimits,
    alarm: systemAlarm,
    keep: () => {},
  });
  const question = { ...CALL, onSign: () => {} };
  const order = ["linking", "honest", "linking"];
  for (const host of order) {
    const cid = host === "honest" ? FOLDER.root : linking.root;
    const pointer = await verifiedPointer(makeSigner(), {
      cid: cid.toString(),
      locations: [`https://${host}.example/1.car`],
    });
    for (const road of locations.roadsTo(picture.cid, pointer)) await road.fetch(question);
  }
  const [road] = locations.knownRoadsTo(picture.cid);
  assert.equal(road?.name, "https://honest.example/1.car");
});

Deno.test("a missing block is asked for elsewhere, a wrong one is a lie", async () => {
  const feed = BLOCKS.find(({ bytes }) => bytes.length === 6) ?? assert.fail();
  const without = BLOCKS.filter((block) => block !== feed);
  const wrong = { cid: feed.cid, bytes: new TextEncoder().encode("<RSS/>") };
  const pointer = await verifiedPointer(makeSigner(), {
    cid: FOLDER.root.toString(),
    locations: [LOCATION],
  });
  const peer = fakeSource("peer", () => Promise.resolve(feed.bytes));
  for (const blocks of [without, [...without, wrong]]) {
    const transports = [giving(await carOf([FOLDER.root], blocks))];
    const document = await readerOver([peer], { transports }).feedDocument(pointer, CALL);
    assert.equal(new TextDecoder().decode(document.bytes), "<rss/>");
  }
  const { document } = await feedOf(
    FOLDER,
    giving(await carOf([FOLDER.root], [...without, wrong])),
  );
  const error = await rejection(document, ContentWrongError);
  assert.match(error.roads[0]?.reason ?? "", /not what its CID names/);
});

Deno.test("only so many locations' CARs are read at the same time", async () => {
  const silent: Transport = {
    id: "silent",
    accepts: () => true,
    open: (_location, { signal }) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      ),
  };
  const locations = createLocations({
    transports: [silent],
    limits: { ...contentLimits, locationCarsAtOnce: 2, locationCarMilliseconds: 1 },
    alarm: systemAlarm,
    keep: () => {},
  });
  const urls = [1, 2, 3].map((number) => `https://alice.example/${number}.car`);
  const pointer = await verifiedPointer(makeSigner(), {
    cid: FOLDER.root.toString(),
    locations: urls,
  });
  const call = { ...CALL, onSign: () => {} };
  const answers = await Promise.allSettled(
    locations.roadsTo(FOLDER.root, pointer).map((road) => road.fetch(call)),
  );
  const reasons = answers.map((answer) => answer.status === "rejected" ? answer.reason : null);
  assert.match(String(reasons[2]), /Too many of its wallet's locations/);
  assert.deepEqual(reasons.slice(0, 2).map(({ name }) => name), ["TimeoutError", "TimeoutError"]);
  const [again] = locations.roadsTo(FOLDER.root, pointer);
  await assert.rejects(again?.fetch(call) ?? Promise.resolve(), { name: "TimeoutError" });
});

Deno.test("a wallet whose locations are all slow keeps no other wallet's feed from coming", async () => {
  const { locationCarsAtOnce } = contentLimits;
  const car = await carOf([FOLDER.root], FOLDER.blocks);
  let silent = 0;
  const transport: Transport = {
    id: "test",
    accepts: () => true,
    open(location) {
      if (location === LOCATION) {
        return Promise.resolve({ body: new Blob([car]).stream(), mediaType: CAR_TYPE });
      }
      silent += 1;
      return new Promise(() => {});
    },
  };
  const limits = { ...contentLimits, hedgeMilliseconds: 1 };
  const reader = readerOver([], { transports: [transport], limits });
  const slow = await verifiedPointer(makeSigner(), {
    cid: (await fileTree(patterned(5_000))).root.toString(),
    locations: Array.from(
      { length: locationCarsAtOnce },
      (_, index) => `https://slow.example/${index}.car`,
    ),
  });
  const leaving = new AbortController();
  const waiting = assert.rejects(reader.feedDocument(slow, leaving));
  await eventually("every place is taken", () => silent === locationCarsAtOnce, { pause: 1 });
  const pointer = await verifiedPointer(makeSigner(), {
    cid: FOLDER.root.toString(),
    locations: [LOCATION],
  });
  const { bytes } = await reader.feedDocument(pointer, CALL);
  assert.equal(new TextDecoder().decode(bytes), "<rss/>");
  leaving.abort();
  await waiting;
  await reader.close();
});

Deno.test("closing the reader leaves the CARs that are still coming, for those who wait too", async () => {
  const withoutPicture = BLOCKS.filter(({ bytes }) => bytes.length !== PICTURE.length);
  const car = await carOf([FOLDER.root], withoutPicture);
  const signals: AbortSignal[] = [];
  const neverEnding: Transport = {
    id: "never ending",
    accepts: () => true,
    open(_location, { signal }) {
      signals.push(signal);
      const body = new ReadableStream<Uint8Array>({ start: (stream) => stream.enqueue(car) });
      return Promise.resolve({ body, mediaType: CAR_TYPE });
    },
  };
  const { reader, document } = await feedOf(FOLDER, neverEnding);
  const picture = await (await document).folder?.find("a.jpg", CALL);
  assert.ok(picture?.kind === "file");
  const waiting = rejection(picture.size(CALL), ContentUnreachableError);
  await settled();
  await reader.close();
  for (
    const { roads } of [await waiting, await rejection(picture.size(CALL), ContentUnreachableError)]
  ) {
    assert.match(roads[0]?.reason ?? "", /being stopped/);
  }
  assert.deepEqual(signals.map(({ aborted }) => aborted), [true]);
});

Deno.test("what lies in its own CID, and what has another hash, keeps a CAR from nothing", async () => {
  const picture = await rawTree(PICTURE);
  const feed = await rawTree(new TextEncoder().encode("<rss/>"));
  const inside = await unixfsNode({
    type: "directory",
    links: [{ name: "b.jpg", cid: picture.root }],
  });
  const [folderBytes = assert.fail()] = inside.blocks.values();
  const inlineFolder = CID.createV1(DAG_PB, identity.digest(folderBytes));
  const text = new TextEncoder().encode("inline");
  const inlineFile = CID.createV1(RAW, identity.digest(text));
  const otherHash = CID.createV1(RAW, await sha512.digest(PICTURE));
  const links = [
    { name: "a-other-hash.jpg", cid: otherHash },
    { name: "b-folder", cid: inlineFolder },
    { name: "c-file.txt", cid: inlineFile },
    { name: "feed.xml", cid: feed.root },
  ];
  const tree = await unixfsNode({ type: "directory", links });
  const carried = [
    ...sourceBlocks(tree.blocks),
    { cid: otherHash, bytes: PICTURE },
    { cid: inlineFolder, bytes: folderBytes },
    { cid: inlineFile, bytes: text },
    ...sourceBlocks(picture.blocks),
    ...sourceBlocks(feed.blocks),
  ];
  const hashed = carried.filter(({ cid }) => !isInline(cid));
  for (const blocks of [carried, hashed, [...carried].reverse()]) {
    const { document } = await feedOf(tree, giving(await carOf([tree.root], blocks)));
    const { bytes, folder } = await document;
    assert.equal(new TextDecoder().decode(bytes), "<rss/>");
    for (const [path, content] of [["b-folder/b.jpg", PICTURE], ["c-file.txt", text]] as const) {
      const file = await folder?.find(path, CALL);
      assert.ok(file?.kind === "file");
      assert.deepEqual(await new Blob(await Array.fromAsync(file.read(CALL))).bytes(), content);
    }
    const other = await folder?.find("a-other-hash.jpg", CALL);
    assert.ok(other?.kind === "file");
    await rejection(other.size(CALL), ContentWrongError);
  }
});
