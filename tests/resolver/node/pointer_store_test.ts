import assert from "node:assert/strict";
import fc from "fast-check";
import type { PointerStore } from "../../../resolver/node/node.ts";
import { openNode } from "../../../resolver/node/open_node.ts";
import { openPointerDatabase } from "../../../resolver/node/pointer_database.ts";
import { createPointerStore } from "../../../resolver/node/pointer_store.ts";
import { relation } from "../../../resolver/select.ts";
import { comparePointers, type VerifiedPointer } from "../../../schemas/pointer.ts";
import { SENDER, temporaryNode } from "../../support/nodes.ts";
import { HELLO_CID, makeSigner, verifiedPointer } from "../../support/pointers.ts";

const OTHER_CID = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
const OLD = { timestamp: "2026-01-01T00:00:00.000Z" };
const NEW = { timestamp: "2026-01-01T00:00:00.001Z" };
const now = { signal: AbortSignal.abort() };

function opened(): Promise<PointerStore> {
  return openPointerDatabase(":memory:", (length) => new Uint8Array(length))
    .then(createPointerStore);
}

Deno.test("a pointer that was put is held with its exact bytes", async () => {
  const store = await opened();
  const pointer = await verifiedPointer(makeSigner());
  assert.equal(store.get(pointer.identity), null);
  assert.deepEqual(store.put(pointer, SENDER), { kind: "stored" });
  assert.deepEqual(store.get(pointer.identity), pointer.bytes);
  assert.equal(store.count(), 1);
});

Deno.test("a wallet and the contract account of the same address are two identities", async () => {
  const store = await opened();
  const pointer = await verifiedPointer(makeSigner());
  store.put(pointer, SENDER);
  const { address } = pointer.identity;
  assert.equal(store.get({ kind: "contract", chainId: 1, address }), null);
});

Deno.test("a greater pointer replaces, a lesser one is answered with the one that is held", async () => {
  const store = await opened();
  const signer = makeSigner();
  const [older, newer] = [await verifiedPointer(signer, OLD), await verifiedPointer(signer, NEW)];
  assert.deepEqual(store.put(older, SENDER), { kind: "stored" });
  assert.deepEqual(store.put(newer, SENDER), { kind: "stored" });
  assert.deepEqual(store.put(older, SENDER), { kind: "greater-held", bytes: newer.bytes });
  assert.deepEqual(store.get(signer.identity), newer.bytes);
  assert.equal(store.count(), 1);
});

Deno.test("the same text with other bytes changes nothing: the bytes already held stay", async () => {
  const store = await opened();
  const pointer = await verifiedPointer(makeSigner());
  const other: VerifiedPointer = { ...pointer, bytes: pointer.bytes.slice().reverse() };
  store.put(pointer, SENDER);
  assert.deepEqual(store.put(other, SENDER), { kind: "same" });
  assert.deepEqual(store.get(pointer.identity), pointer.bytes);
});

Deno.test("in whatever order pointers come, the store decides as comparePointers does", async () => {
  const signer = makeSigner();
  const timestamps = [OLD.timestamp, NEW.timestamp, "2026-10-01T00:00:00.000Z"];
  const locations = [[], ["https://a.example/"], ["https://a.example/~"], ["https://b.example/"]];
  const pool = await Promise.all(
    timestamps.flatMap((timestamp) =>
      [HELLO_CID, OTHER_CID].flatMap((cid) =>
        locations.map((list) => verifiedPointer(signer, { timestamp, cid, locations: list }))
      )
    ),
  );
  await fc.assert(fc.asyncProperty(
    fc.array(fc.constantFrom(...pool), { minLength: 1, maxLength: 30 }),
    async (offers) => {
      const store = await opened();
      let held: VerifiedPointer | undefined;
      for (const offer of offers) {
        const expected = held === undefined ? "greater" : relation(offer, held);
        const kind = { greater: "stored", same: "same", lesser: "greater-held" }[expected];
        assert.equal(store.put(offer, SENDER).kind, kind);
        if (held === undefined || comparePointers(offer, held) > 0) held = offer;
        assert.deepEqual(store.get(signer.identity), held.bytes);
      }
    },
  ));
});

Deno.test("listeners hear of what was stored, and of nothing else, until they stop", async () => {
  const store = await opened();
  const signer = makeSigner();
  const [older, newer] = [await verifiedPointer(signer, OLD), await verifiedPointer(signer, NEW)];
  const heard: string[] = [];
  const stop = store.onStored((pointer) => heard.push(pointer.timestamp));
  store.put(newer, SENDER);
  store.put(newer, SENDER);
  store.put(older, SENDER);
  assert.deepEqual(heard, [newer.timestamp]);
  stop();
  store.put(await verifiedPointer(makeSigner()), SENDER);
  assert.deepEqual(heard, [newer.timestamp]);
});

Deno.test("the change feed gives every pointer once, in the order of the changes, page by page", async () => {
  const store = await opened();
  const signers = Array.from({ length: 5 }, () => makeSigner());
  const first = await Promise.all(signers.map((signer) => verifiedPointer(signer, OLD)));
  for (const pointer of first) store.put(pointer, SENDER);
  const [one] = signers;
  assert.ok(one !== undefined);
  const changed = await verifiedPointer(one, NEW);
  store.put(changed, SENDER);

  const seen: Uint8Array[] = [];
  let cursor = "0";
  for (let pages = 0; pages < 3; pages++) {
    const page = await store.changes(cursor, 2, now);
    assert.ok(page !== null);
    seen.push(...page.pointers);
    cursor = page.cursor;
  }
  assert.deepEqual(seen, [...first.slice(1), changed].map((pointer) => pointer.bytes));
  assert.deepEqual(await store.changes(cursor, 2, now), { cursor, pointers: [] });
});

Deno.test("a cursor of another store, from the future or malformed is unknown", async () => {
  const store = await opened();
  store.put(await verifiedPointer(makeSigner()), SENDER);
  const page = await store.changes("0", 1, now);
  assert.ok(page !== null);
  assert.equal(page.cursor, "0000000000000000-1");
  for (
    const cursor of [
      "0000000000000000-2",
      "ffffffffffffffff-1",
      "0000000000000000-01",
      "0000000000000000-1e3",
      "1",
      "-1",
      "",
      " 0",
    ]
  ) {
    assert.equal(await store.changes(cursor, 1, now), null, cursor);
  }
});

Deno.test("a long poll ends with the first change", async () => {
  const store = await opened();
  const pointer = await verifiedPointer(makeSigner());
  const waiting = store.changes("0", 10, { signal: new AbortController().signal });
  store.put(pointer, SENDER);
  assert.deepEqual((await waiting)?.pointers, [pointer.bytes]);
});

Deno.test("a long poll ends empty when its time is over, with a cursor that goes on from there", async () => {
  const store = await opened();
  const time = new AbortController();
  const waiting = store.changes("0", 10, { signal: time.signal });
  time.abort();
  const page = await waiting;
  assert.deepEqual(page?.pointers, []);
  const pointer = await verifiedPointer(makeSigner());
  store.put(pointer, SENDER);
  assert.deepEqual((await store.changes(page?.cursor ?? "", 10, now))?.pointers, [pointer.bytes]);
});

Deno.test("closing the node ends its long polls", async () => {
  await using temporary = await temporaryNode();
  const { pointers } = temporary.node;
  const waiting = pointers.changes("0", 10, { signal: new AbortController().signal });
  await temporary.node.close();
  assert.deepEqual((await waiting)?.pointers, []);
});

Deno.test("a database that fails is said to be unavailable, not empty", async () => {
  await using temporary = await temporaryNode();
  const pointer = await verifiedPointer(makeSigner());
  await temporary.node.close();
  assert.throws(() => temporary.node.pointers.get(pointer.identity), { name: "UnavailableError" });
  assert.throws(() => temporary.node.pointers.put(pointer, SENDER), { name: "UnavailableError" });
});

Deno.test("what was stored is there after the node was opened again, with cursors that still hold", async () => {
  await using temporary = await temporaryNode();
  const pointer = await verifiedPointer(makeSigner());
  temporary.node.pointers.put(pointer, SENDER);
  const page = await temporary.node.pointers.changes("0", 10, now);
  await temporary.node.close();
  const again = await openNode({ dataDir: temporary.dataDir, report: assert.fail });
  assert.deepEqual(again.pointers.get(pointer.identity), pointer.bytes);
  assert.deepEqual(await again.pointers.changes(page?.cursor ?? "", 10, now), {
    cursor: page?.cursor,
    pointers: [],
  });
  await again.close();
});
