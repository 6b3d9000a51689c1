import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { freePorts } from "../support/free_ports.ts";
import { LIBP2P_TEST } from "../support/network.ts";
import {
  allFind,
  type NodeProcess,
  publish,
  startNodeProcess,
} from "../support/network_processes.ts";
import { makeSigner, signPointer } from "../support/pointers.ts";

/** Publishes at each in turn, and waits until all find it. */
async function assertInOneNetwork(...nodes: readonly NodeProcess[]): Promise<void> {
  for (const node of nodes) {
    const signer = makeSigner();
    const bytes = await signPointer(signer);
    await publish(node, signer.identity, bytes);
    await allFind(nodes, signer.identity, bytes);
  }
}

Deno.test(
  "a node that knows a peer's web address alone joins the network through it",
  LIBP2P_TEST,
  async () => {
    await using first = await startNodeProcess();
    await using second = await startNodeProcess({
      environment: { BOOTSTRAP: first.addresses.join(",") },
    });
    await using joining = await startNodeProcess({ environment: { PEERS: second.url } });
    await eventually("it knows both", async () => {
      return await joining.figure("ourspace_network_routing_table_nodes") >= 2;
    });
    await assertInOneNetwork(first, second, joining);
  },
);

Deno.test("a node whose only port is that of HTTP is a full member", LIBP2P_TEST, async () => {
  await using first = await startNodeProcess();
  const BOOTSTRAP = first.addresses.join(",");
  // Its address has to be written down before it starts.
  const [port = 0] = await freePorts(1);
  const address = `/ip4/127.0.0.1/tcp/${port}/ws`;
  await using onePort = await startNodeProcess({
    environment: { PORT: `${port}`, DHT_LISTEN: address, BOOTSTRAP },
  });
  assert.equal(onePort.addresses.length, 1);
  assert.ok(onePort.addresses[0]?.startsWith(`${address}/p2p/`));
  await using other = await startNodeProcess({
    environment: { BOOTSTRAP: onePort.addresses.join(",") },
  });
  await assertInOneNetwork(first, onePort, other);
});

Deno.test("a node that nobody can reach publishes and resolves", LIBP2P_TEST, async () => {
  await using first = await startNodeProcess();
  const BOOTSTRAP = first.addresses.join(",");
  await using second = await startNodeProcess({ environment: { BOOTSTRAP } });
  await using hidden = await startNodeProcess({ environment: { DHT_LISTEN: "", BOOTSTRAP } });
  assert.deepEqual(hidden.addresses, []);
  await assertInOneNetwork(first, second, hidden);
});

Deno.test("a gateway shows what was published at a node of the network", LIBP2P_TEST, async () => {
  await using first = await startNodeProcess();
  await using gateway = await startNodeProcess({
    task: "start",
    environment: { BOOTSTRAP: first.addresses.join(",") },
  });
  const signer = makeSigner();
  const bytes = await signPointer(signer);
  assert.equal(await first.offer(signer.identity, bytes), 204);
  assert.ok(signer.identity.kind === "wallet");
  const url = `${gateway.url}/${signer.identity.address}/pointer.json`;
  await eventually(`${url} is the pointer`, async () => {
    const answer = await fetch(url);
    return await answer.text() === new TextDecoder().decode(bytes);
  });
});

Deno.test("a follower has an update without asking for it", LIBP2P_TEST, async () => {
  await using publisher = await startNodeProcess();
  await using follower = await startNodeProcess({
    environment: { PEERS: publisher.url, DHT_LISTEN: "" },
  });
  const signer = makeSigner();
  for (const timestamp of ["2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"]) {
    const bytes = await signPointer(signer, { timestamp });
    assert.equal(await publisher.offer(signer.identity, bytes), 204);
    await eventually("the follower holds it", async () => {
      return await follower.held(signer.identity) === new TextDecoder().decode(bytes);
    });
  }
});
