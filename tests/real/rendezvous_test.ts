import assert from "node:assert/strict";
import type { PointerSource } from "../../resolver/contracts.ts";
import { abortable, deadline, systemAlarm } from "../../resolver/deadline.ts";
import type { Node } from "../../resolver/node/node.ts";
import { startProviding } from "../../resolver/rendezvous/provide.ts";
import { rendezvousSource } from "../../resolver/sources/rendezvous.ts";
import { httpMultiaddr } from "../../schemas/http_multiaddr.ts";
import { CALL } from "../support/content.ts";
import type { Kubo } from "../support/kubo.ts";
import { startKuboNetwork } from "../support/kubo_network.ts";
import { temporaryNode } from "../support/nodes.ts";
import { partContext } from "../support/parts.ts";
import { peerApi } from "../support/peer_api.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { realTest } from "../support/tools.ts";

/** A node on the web, and three daemons: its own announces where it is on the web. */
async function world() {
  const temporary = await temporaryNode();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    peerApi(temporary),
  );
  const origin = new URL(`http://127.0.0.1:${server.addr.port}`);
  const network = await startKuboNetwork(3, (place) => ({
    config: place === 0 ? { "Addresses.AppendAnnounce": [httpMultiaddr(origin)] } : {},
  }));
  const [own, , other] = network.daemons;
  assert.ok(own !== undefined && other !== undefined);
  return {
    node: temporary.node,
    origin,
    own,
    other,
    async [Symbol.asyncDispose]() {
      await network[Symbol.asyncDispose]();
      await server.shutdown();
      await temporary[Symbol.asyncDispose]();
    },
  };
}

/** Provides until the signal aborts; problems end the test. */
function providing(
  options: {
    node: Node;
    origin: URL;
    own: Kubo;
    signal: AbortSignal;
    report: (e: unknown) => void;
  },
): Promise<void> {
  const { node, origin, own, signal, report } = options;
  return startProviding({
    node,
    publicOrigin: origin,
    kubo: own.rpcUrl,
    outbound: partContext().outbound,
    clock: Date.now,
    alarm: systemAlarm,
    signal,
    report,
  });
}

async function sourceWith(settings: Readonly<Record<string, string>>): Promise<PointerSource> {
  const [source] = await rendezvousSource.create(partContext(settings));
  return source ?? assert.fail("there is no source");
}

/** The node, and when it has noted that something was provided. */
function noting(node: Node): { readonly node: Node; readonly noted: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { keyValues } = node;
  const put = (key: string, value: Uint8Array) => {
    keyValues.put(key, value);
    if (key.startsWith("rendezvous/")) resolve();
  };
  return { node: { ...node, keyValues: { ...keyValues, put } }, noted: promise };
}

realTest(
  "ipfs",
  "a resolver that knows no peer finds a pointer through the IPFS network, by Kubo and by Delegated Routing",
  async () => {
    await using there = await world();
    const pointer = await verifiedPointer(makeSigner());
    const unknown = makeSigner().identity;
    const stopping = new AbortController();
    const failed = Promise.withResolvers<never>();
    const { node, noted } = noting(there.node);
    const done = providing({ ...there, node, signal: stopping.signal, report: failed.reject });
    try {
      there.node.pointers.put(pointer, { kind: "operator" });
      using patience = deadline(120_000);
      await abortable(Promise.race([noted, failed.promise]), patience.signal);
      const ways = [
        { KUBO_RPC_URL: there.other.rpcUrl },
        { DELEGATED_ROUTING: there.other.gatewayUrl },
      ];
      for (const settings of ways) {
        const source = await sourceWith(settings);
        assert.deepEqual(await Array.fromAsync(source.find(pointer.identity, CALL)), [
          pointer.bytes,
        ]);
        assert.deepEqual(await Array.fromAsync(source.find(unknown, CALL)), []);
      }
    } finally {
      stopping.abort();
      await done;
    }
  },
);

realTest(
  "ipfs",
  "a daemon that does not announce the node provides nothing, and the command that we give mends it",
  async () => {
    await using there = await world();
    there.node.pointers.put(await verifiedPointer(makeSigner()), { kind: "operator" });
    const publicOrigin = new URL("https://gw.example");
    const stopping = new AbortController();
    const reported = Promise.withResolvers<unknown>();
    const done = providing({
      ...there,
      origin: publicOrigin,
      signal: stopping.signal,
      report: reported.resolve,
    });
    const problem = await reported.promise;
    stopping.abort();
    await done;
    const { remedy } = problem as { remedy: string };
    const [, json = ""] = /ipfs config --json Addresses.AppendAnnounce '(.*)'$/.exec(remedy) ?? [];
    assert.deepEqual(JSON.parse(json), [there.origin, publicOrigin].map(httpMultiaddr));
    await there.own.run(["config", "--json", "Addresses.AppendAnnounce", json]);
    assert.deepEqual([...there.node.keyValues.entries("rendezvous/")], []);
  },
);
