import assert from "node:assert/strict";
import type { CID } from "multiformats/cid";
import { contentLimits } from "../../../resolver/content/limits.ts";
import { createTraffic } from "../../../resolver/content/trip.ts";
import { createTrips } from "../../../resolver/content/trips.ts";
import type { BlockSource, DagRequest, SourceBlock } from "../../../resolver/contracts.ts";
import { fakeSource, fileTree, holding } from "../../support/blocks.ts";
import { sourceBlocks } from "../../support/cars.ts";
import { settled } from "../../support/clock.ts";
import { CALL, readerOver } from "../../support/content.ts";
import { patterned } from "../../support/source_files.ts";

const BYTES = patterned(60 * 1_024);
const TREE = await fileTree(BYTES);
/** As senders do, from the root on. */
const BLOCKS = sourceBlocks(TREE.blocks).sort((a, b) => isRoot(b) - isRoot(a));
const QUESTION = { ...CALL, onSign: () => {} };
const REQUEST: DagRequest = { root: TREE.root, scope: "entity" };

function isRoot({ cid }: SourceBlock): number {
  return cid.equals(TREE.root) ? 1 : 0;
}

/** Gives whole DAGs too, and counts what it gave. */
function travelling(id: string) {
  const source = fakeSource(id, holding(TREE.blocks));
  const given = { dags: 0, blocks: 0 };
  async function* blocks() {
    for (const block of BLOCKS) {
      given.blocks += 1;
      yield await Promise.resolve(block);
    }
  }
  const dag = () => {
    given.dags += 1;
    return Promise.resolve(blocks());
  };
  return { ...source, dag, given };
}

Deno.test("one trip at a time brings the same part of a DAG from a source", async () => {
  const traffic = createTraffic();
  const source = travelling("peer");
  const limits = { ...contentLimits, tripBytes: 0 };
  const begin = (request: DagRequest = REQUEST) => {
    const end = new AbortController();
    return { end, trips: createTrips(request, { limits, traffic, signal: end.signal }) };
  };
  const take = ({ trips }: ReturnType<typeof begin>, from: BlockSource = source) =>
    trips.take(from, TREE.root, 0, QUESTION);

  const first = begin();
  assert.notEqual(await take(first), null);
  const second = begin();
  assert.equal(await take(second), null);
  assert.equal(second.trips.isTravelling(), false);
  assert.equal(source.given.dags, 1);

  assert.notEqual(await take(begin({ ...REQUEST, path: "a.jpg" })), null);
  assert.notEqual(await take(begin({ ...REQUEST, scope: "all" })), null);
  assert.notEqual(await take(begin(), travelling("another peer")), null);

  first.end.abort();
  await settled();
  assert.equal(await take(second), null, "who has begun without it goes on without it");
  assert.notEqual(await take(begin()), null);
});

Deno.test("a film that many watch is fetched once, whoever of them is ahead", async () => {
  const source = travelling("peer");
  const asked: CID[] = [];
  const get = (cid: CID, call: Parameters<typeof source.get>[1]) => {
    asked.push(cid);
    return source.get(cid, call);
  };
  const limits = { ...contentLimits, tripBytes: 2_048 };
  const reader = readerOver([{ ...source, get }], { limits });
  const watch = async (visitor: number) => {
    const file = await reader.open(TREE.root, "", CALL, { whole: true });
    if (file.kind === "folder") assert.fail();
    const pieces = [];
    for await (const piece of file.read(CALL)) {
      pieces.push(piece);
      // Now this one is ahead, now another.
      for (let turn = (pieces.length * (visitor + 1)) % 7; turn > 0; turn--) await settled();
    }
    return new Uint8Array(await new Blob(pieces).arrayBuffer());
  };
  for (const film of await Promise.all([0, 1, 2, 3, 4, 5].map(watch))) {
    assert.deepEqual(film, BYTES);
  }

  const fetched = source.given.blocks + asked.length;
  assert.ok(fetched < 1.5 * TREE.blocks.size, `${fetched} blocks were fetched`);
});
