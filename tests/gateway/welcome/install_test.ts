import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import { installWelcome } from "../../../gateway/welcome.ts";
import pointer from "../../../gateway/welcome/pointer.json" with { type: "json" };
import { createVerifier } from "../../../resolver/verify.ts";
import { CALL } from "../../support/content.ts";
import { SENDER, temporaryNode } from "../../support/nodes.ts";

const verifier = createVerifier({ clock: Date.now });
const bytes = new TextEncoder().encode(JSON.stringify(pointer));

Deno.test("the welcome feed is installed whole, and installing it again changes nothing", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  for (let start = 0; start < 2; start++) {
    assert.equal(await installWelcome({ node, verifier }, CALL), `/${pointer.address}`);
    assert.ok(await node.blocks.has(CID.parse(pointer.cid)));
    assert.equal(node.pointers.count(), 1);
  }
});

Deno.test("an installation that was killed half-way is completed by the next start", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  node.pointers.put(await verifier.verify(bytes), SENDER);
  await installWelcome({ node, verifier }, CALL);
  assert.ok(await node.blocks.has(CID.parse(pointer.cid)));
});
