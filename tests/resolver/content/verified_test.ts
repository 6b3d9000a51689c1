import assert from "node:assert/strict";
import { verifyContent } from "../../../resolver/content/verified.ts";
import { rawTree } from "../../support/blocks.ts";

const BYTES = new TextEncoder().encode("hello");
const { root: HELLO } = await rawTree(BYTES);
const { root: OTHER } = await rawTree(new TextEncoder().encode("other"));

Deno.test("bytes are verified content under their own CID alone, whichever is tried first", () => {
  for (const order of [[HELLO, OTHER, HELLO], [OTHER, HELLO, OTHER]]) {
    const bytes = BYTES.slice();
    for (const cid of order) {
      assert.equal(verifyContent(cid, bytes), cid === HELLO ? bytes : null);
    }
  }
});

Deno.test("a part of verified bytes, and a copy of them that was changed, are other bytes", () => {
  const bytes = BYTES.slice();
  assert.notEqual(verifyContent(HELLO, bytes), null);
  assert.equal(verifyContent(HELLO, bytes.subarray(1)), null);
  const copy = bytes.slice();
  copy[0] = 0;
  assert.equal(verifyContent(HELLO, copy), null);
});
