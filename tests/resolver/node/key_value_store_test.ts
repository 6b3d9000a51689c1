import assert from "node:assert/strict";
import { openNode } from "../../../resolver/node/open_node.ts";
import { temporaryNode } from "../../support/nodes.ts";

const bytes = (...values: number[]) => new Uint8Array(values);

Deno.test("values are there after the node was opened again", async () => {
  await using temporary = await temporaryNode();
  const { keyValues } = temporary.node;
  assert.equal(keyValues.get("port"), null);
  keyValues.put("port", bytes(1));
  keyValues.put("port", bytes(2, 3));
  keyValues.put("empty", bytes());
  keyValues.put("gone", bytes(4));
  keyValues.delete("gone");
  await temporary.node.close();
  const again = await openNode({ dataDir: temporary.dataDir, report: assert.fail });
  assert.deepEqual(again.keyValues.get("port"), bytes(2, 3));
  assert.deepEqual(again.keyValues.get("empty"), bytes());
  assert.equal(again.keyValues.get("gone"), null);
  await again.close();
});

Deno.test("entries are those with the prefix, in order, and may be deleted on the way", async () => {
  await using temporary = await temporaryNode();
  const { keyValues } = temporary.node;
  for (const key of ["peers/b", "peers/a", "peers", "peerz", "peers/%", "peers/ü", "Peers/a"]) {
    keyValues.put(key, bytes(0));
  }
  const keys = [];
  for (const [key] of keyValues.entries("peers/")) {
    keys.push(key);
    keyValues.delete(key);
  }
  assert.deepEqual(keys, ["peers/%", "peers/a", "peers/b", "peers/ü"]);
  assert.deepEqual([...keyValues.entries("peers/")], []);
  assert.equal([...keyValues.entries("")].length, 3);
});

Deno.test("values that are written together are there together, or none of them", async () => {
  await using temporary = await temporaryNode();
  const { keyValues } = temporary.node;
  keyValues.put("old", bytes(0));
  keyValues.together(() => {
    keyValues.put("a", bytes(1));
    keyValues.put("b", bytes(2));
    keyValues.delete("old");
  });
  assert.deepEqual([...keyValues.entries("")].map(([key]) => key), ["a", "b"]);
  const fail = () => {
    keyValues.put("c", bytes(3));
    throw new Error("no more");
  };
  assert.throws(() => keyValues.together(fail), { name: "UnavailableError" });
  assert.equal(keyValues.get("c"), null);
});

Deno.test("a closed node's values are unavailable, not missing", async () => {
  await using temporary = await temporaryNode();
  await temporary.node.close();
  assert.throws(() => temporary.node.keyValues.get("port"), { name: "UnavailableError" });
});
