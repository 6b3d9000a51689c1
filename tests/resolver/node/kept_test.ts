import assert from "node:assert/strict";
import { temporaryNode } from "../../support/nodes.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";

Deno.test("published and followed pointers are kept, and told apart, whichever came first", async () => {
  await using temporary = await temporaryNode();
  const { pointers } = temporary.node;
  const orders = [["operator", "followed"], ["followed", "operator"], [
    "followed",
    "followed",
  ]] as const;
  for (const kinds of orders) {
    const signer = makeSigner();
    const older = await verifiedPointer(signer);
    const newer = await verifiedPointer(signer, { timestamp: "2026-01-02T00:00:00.000Z" });
    for (const pointer of [older, newer]) {
      for (const kind of kinds) pointers.put(pointer, { kind });
      const kept = pointers.kept().find(({ identity }) =>
        identity.address === signer.identity.address
      );
      assert.equal(kept?.published, kinds.some((kind) => kind === "operator"), kinds.join());
    }
    pointers.unfollow(signer.identity);
    const still = pointers.kept().some(({ identity }) =>
      identity.address === signer.identity.address
    );
    assert.equal(still, kinds.some((kind) => kind === "operator"), kinds.join());
    assert.notEqual(pointers.get(signer.identity), null);
  }
});

Deno.test("a pointer that was held before is kept from the moment that it is followed", async () => {
  await using temporary = await temporaryNode();
  const { pointers } = temporary.node;
  const pointer = await verifiedPointer(makeSigner());
  pointers.put(pointer, { kind: "stranger", key: "somebody" });
  assert.deepEqual(pointers.kept(), []);
  assert.equal(pointers.put(pointer, { kind: "followed" }).kind, "same");
  assert.equal(pointers.kept().length, 1);
  pointers.unfollow(pointer.identity);
  assert.deepEqual(pointers.kept(), []);
  // As if it was asked for just now: it does not go at once.
  assert.equal(pointers.wanted(10).length, 1);
});
