import assert from "node:assert/strict";
import { contentHolders } from "../../gateway/content_holders.ts";
import type { Acquaintances } from "../../resolver/peers/acquaintances.ts";
import { appOutbound, type Handler } from "../support/app_outbound.ts";
import { rawTree } from "../support/blocks.ts";
import { CALL } from "../support/content.ts";
import { temporaryNode } from "../support/nodes.ts";
import { NO_CONTENT, scriptedNetwork } from "../support/scripted_network.ts";

const HELLO = new TextEncoder().encode("hello");
const { root } = await rawTree(HELLO);

/** A peer that gives these bytes for the block, and says that it is this node of the network. */
function peer(bytes: Uint8Array<ArrayBuffer> | null, peerId?: string): Handler {
  const told: Acquaintances = {
    peers: [],
    addresses: peerId === undefined ? [] : [`/ip4/192.0.2.1/tcp/4001/p2p/${peerId}`],
  };
  return (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/v1/peers") return Response.json(told);
    return bytes === null ? new Response("", { status: 404 }) : new Response(bytes);
  };
}

function networkWith(...holders: readonly string[]) {
  return scriptedNetwork({
    content: {
      ...NO_CONTENT,
      async *holders() {
        for (const holder of holders) yield await Promise.resolve(holder);
      },
    },
  });
}

Deno.test("each place is counted once: here, peers by HTTP, other nodes by the network", async () => {
  await using temporary = await temporaryNode();
  await temporary.node.blocks.put(root, HELLO);
  const holders = await contentHolders(root, {
    node: temporary.node,
    network: networkWith("nodeA", "nodeB"),
    peers: ["https://one.example", "https://two.example"],
    outbound: appOutbound({
      "https://one.example": peer(HELLO, "nodeA"),
      "https://two.example": peer(null, "nodeC"),
    }),
  }, CALL);
  assert.deepEqual(holders, [
    { name: "this node", kind: "here" },
    { name: "peer one.example", kind: "peer" },
    { name: "nodeB", kind: "network" },
  ]);
});

Deno.test("wrong bytes, and peers that cannot be asked, are no holders", async () => {
  const holders = await contentHolders(root, {
    node: null,
    network: null,
    peers: ["https://liar.example", "https://gone.example"],
    outbound: appOutbound({ "https://liar.example": peer(new Uint8Array([1])) }),
  }, CALL);
  assert.deepEqual(holders, []);
});

Deno.test("a peer that is this node itself is not counted again", async () => {
  await using temporary = await temporaryNode();
  await temporary.node.blocks.put(root, HELLO);
  const network = networkWith();
  const holders = await contentHolders(root, {
    node: temporary.node,
    network,
    peers: ["https://self.example"],
    outbound: appOutbound({ "https://self.example": peer(HELLO, network.peerId) }),
  }, CALL);
  assert.deepEqual(holders, [{ name: "this node", kind: "here" }]);
});
