import assert from "node:assert/strict";
import { giveBackRoom } from "../../../resolver/node/give_back_room.ts";
import { parseCid } from "../../../resolver/content/cid.ts";
import { blockOf } from "../../support/block_stores.ts";
import { temporaryNode } from "../../support/nodes.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";

Deno.test("what nobody has published yet is let go", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  const { cid, bytes } = await blockOf(new Uint8Array([1]));
  await node.blocks.put(cid, bytes, cid);
  await giveBackRoom(node, cid);
  assert.deepEqual(node.blocks.pins.all(), []);
  assert.deepEqual(await node.blocks.get(cid), bytes, "it makes room when room is needed");
});

Deno.test("what is held whole, or named by a pointer that is kept, stays", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  const whole = await blockOf(new Uint8Array([2]));
  await node.blocks.put(whole.cid, whole.bytes, whole.cid);
  node.blocks.pins.complete(whole.cid);
  const pointer = await verifiedPointer(makeSigner());
  node.pointers.put(pointer, { kind: "operator" });
  const named = parseCid(pointer.cid);
  assert.ok(named !== null);
  node.blocks.pins.add(named, whole.cid);
  await giveBackRoom(node, whole.cid);
  await giveBackRoom(node, named);
  assert.equal(node.blocks.pins.all().length, 2);
});
