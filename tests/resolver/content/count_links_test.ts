import * as dagPb from "@ipld/dag-pb";
import fc from "fast-check";
import assert from "node:assert/strict";
import { countLinks } from "../../../resolver/content/count_links.ts";
import { rawTree } from "../../support/blocks.ts";

const { root } = await rawTree(new Uint8Array(1));

Deno.test("the links of any node are counted, with data before or after them", () => {
  fc.assert(fc.property(
    fc.array(fc.string({ maxLength: 200 }), { maxLength: 50 }),
    fc.uint8Array({ maxLength: 300 }),
    (names, data) => {
      const links = names.map((Name) => ({ Name, Hash: root, Tsize: 1 }));
      const node = dagPb.encode(dagPb.prepare({ Data: data, Links: links }));
      assert.equal(countLinks(node), names.length);
    },
  ));
});

Deno.test("links with a key as long as the decoder takes are counted too", () => {
  const { bytes } = root;
  const link = [10, bytes.length, ...bytes];
  // 2^32 more than the key of a link.
  const long = [0x92, 0x80, 0x80, 0x80, 0x10, link.length, ...link];
  const node = Uint8Array.from([...long, ...long]);
  assert.equal(countLinks(node), dagPb.decode(node).Links.length);
});

Deno.test("what is no node has some number, at once", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 1_000 }), (bytes) => {
    assert.ok(countLinks(bytes) <= bytes.length);
  }));
  assert.ok(countLinks(new Uint8Array(2_097_152).fill(0xff)) >= 0);
});
