import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import * as Digest from "multiformats/hashes/digest";
import { createReferences } from "../../../resolver/content/references.ts";
import { temporaryNode } from "../../support/nodes.ts";

/** The CID with this number in its digest. */
function cid(number: number): CID {
  const digest = new Uint8Array(32);
  new DataView(digest.buffer).setUint32(0, number);
  return CID.createV1(0x55, Digest.create(0x12, digest));
}

function cids(from: number, to: number): CID[] {
  return Array.from({ length: to - from }, (_, index) => cid(from + index));
}

Deno.test("the feed that was read longest ago is forgotten, but for what was noted again", () => {
  const references = createReferences({ keyValues: null, limit: 6 });
  references.note(cids(0, 3));
  references.note(cids(3, 6));
  references.note([cid(1)]);
  references.note([cid(6)]);
  const remembered = cids(0, 7).filter((each) => references.has(each.toString()));
  assert.deepEqual(remembered.map(String), [1, 3, 4, 5, 6].map((number) => String(cid(number))));
});

Deno.test("a CID of version 0 is the same reference", () => {
  const references = createReferences({ keyValues: null });
  const written = CID.createV0(Digest.create(0x12, new Uint8Array(32)));
  references.note([written]);
  assert.ok(references.has(written.toV1().toString()));
});

Deno.test("references outlive the process, and no more of them than the limit", async () => {
  await using held = await temporaryNode();
  const { keyValues } = held.node;
  const limit = 100;
  const before = createReferences({ keyValues, limit });
  for (let feed = 0; feed < 200; feed++) {
    // The first feed is read again and again, and so are its references noted.
    before.note(cids(0, 10));
    before.note(cids(10 * feed, 10 * feed + 10));
  }
  const bytes = [...keyValues.entries("references/")].reduce(
    (sum, [, value]) => sum + value.length,
    0,
  );
  assert.ok(bytes <= limit * 60, `${bytes}`);

  const after = createReferences({ keyValues, limit });
  for (const each of [...cids(0, 10), ...cids(1_950, 2_000)]) {
    assert.ok(after.has(each.toString()), String(each));
  }
  assert.ok(!after.has(cid(500).toString()));
});

Deno.test("what is known is not written again", async () => {
  await using held = await temporaryNode();
  const { keyValues } = held.node;
  const references = createReferences({ keyValues });
  references.note(cids(0, 3));
  references.note(cids(0, 3));
  assert.equal([...keyValues.entries("references/")].length, 1);
});
