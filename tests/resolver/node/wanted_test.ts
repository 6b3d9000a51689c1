import assert from "node:assert/strict";
import { identityText } from "../../../schemas/identity.ts";
import { temporaryNode } from "../../support/nodes.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";

Deno.test("wanted are the operator's own pointers, then those that somebody asked for", async () => {
  await using temporary = await temporaryNode();
  const { pointers } = temporary.node;
  const [own, asked, other] = await Promise.all(
    [1, 2, 3].map(() => verifiedPointer(makeSigner())),
  );
  assert.ok(own !== undefined && asked !== undefined && other !== undefined);
  const stranger = { kind: "stranger", key: "somebody" } as const;
  pointers.put(other, stranger);
  pointers.put(asked, stranger);
  pointers.put(own, { kind: "operator" });
  pointers.asked(asked.identity, "a reader");

  const texts = (limit: number) => pointers.wanted(limit).map(identityText);
  assert.deepEqual(texts(10), [own, asked].map(({ identity }) => identityText(identity)));
  assert.deepEqual(texts(1), [identityText(own.identity)]);
});
