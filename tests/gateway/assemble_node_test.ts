import assert from "node:assert/strict";
import { loadedByImport } from "../support/modules.ts";

/** What only pages and documents of feeds need. */
const FOR_FEEDS = /\/(?:feedsmith|htmlparser2|sanitize-html|libxslt-wasm|uqr)@|gateway\/feed\//;
const FOR_THE_NETWORK = /\/(?:libp2p|@libp2p\/[a-z-]+|@chainsafe\/libp2p-[a-z]+)@/;

Deno.test("a node alone loads nothing for feeds when it starts", async () => {
  const loaded = await loadedByImport("gateway/node.ts");
  assert.deepEqual([...loaded].filter((module) => FOR_FEEDS.test(module)), []);
});

Deno.test("no server loads libp2p before it has a node to open the network for", async () => {
  for (const entry of ["gateway/start.ts", "gateway/node.ts", "gateway/assemble_edge.ts"]) {
    const loaded = await loadedByImport(entry);
    assert.deepEqual([...loaded].filter((module) => FOR_THE_NETWORK.test(module)), [], entry);
  }
});
