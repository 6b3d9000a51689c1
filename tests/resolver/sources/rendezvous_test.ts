import assert from "node:assert/strict";
import type { PartContext, PeerAnswer } from "../../../resolver/contracts.ts";
import { rendezvousSource } from "../../../resolver/sources/rendezvous.ts";
import type { VerifiedPointer } from "../../../schemas/pointer.ts";
import { CALL } from "../../support/content.ts";
import { partContext } from "../../support/parts.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";
import { QUIET, scriptedNetwork } from "../../support/scripted_network.ts";
import { type Service, startService } from "../../support/services.ts";

const ADDRESS =
  "/ip4/192.0.2.1/tcp/8000/ws/p2p/12D3KooWGC6TvWhfapngX6mvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5";

/** A node on loopback that holds this pointer. */
function nodeHolding(pointer: VerifiedPointer): Service {
  return startService(({ url }) =>
    new URL(url).pathname === "/v1/peers"
      ? Response.json({ peers: [], addresses: [ADDRESS] })
      : new Response(pointer.bytes)
  );
}

/** A Delegated Routing service that names these origins, each as a provider of its own. */
function routingTo(...origins: string[]): Service {
  return startService(() =>
    Response.json({
      Providers: origins.map((origin) => {
        const { hostname, port } = new URL(origin);
        return { Schema: "peer", ID: "12D3KooW", Addrs: [`/ip4/${hostname}/tcp/${port}/http`] };
      }),
    })
  );
}

async function found(pointer: VerifiedPointer, context: PartContext) {
  const [source] = await rendezvousSource.create(context);
  assert.ok(source !== undefined);
  const answers: PeerAnswer[] = [];
  const onAnswer = (answer: PeerAnswer) => void answers.push(answer);
  const bytes = await Array.fromAsync(source.find(pointer.identity, { ...CALL, onAnswer }));
  return { bytes, answers };
}

function sourceTest(name: string, fn: () => Promise<void>): void {
  // A client's connections close a tick after the last await.
  Deno.test({ name, fn, sanitizeResources: false });
}

sourceTest(
  "a node that was found joins this one to the network, and is asked again later",
  async () => {
    const pointer = await verifiedPointer(makeSigner());
    await using node = nodeHolding(pointer);
    await using routing = routingTo(node.url);
    const connected: unknown[] = [];
    const network = scriptedNetwork({
      connect: (address, { trusted }) => Promise.resolve(void connected.push([address, trusted])),
    });
    const context = partContext({ DELEGATED_ROUTING: routing.url }, { network });
    const { bytes, answers } = await found(pointer, context);
    assert.deepEqual(bytes, [pointer.bytes]);
    assert.deepEqual(answers.map(({ peer, outcome }) => [peer, outcome]), [[node.url, "pointer"]]);
    assert.deepEqual(connected, [[ADDRESS, false]]);
  },
);

sourceTest("nobody is looked for as long as others are known", async () => {
  const pointer = await verifiedPointer(makeSigner());
  await using routing = routingTo();
  const settings = { DELEGATED_ROUTING: routing.url };
  const status = () => ({ ...QUIET, routingTable: 1 });
  const contexts = [
    partContext({ ...settings, PEERS: "https://peer.example" }),
    partContext(settings, { network: scriptedNetwork({ status }) }),
  ];
  for (const context of contexts) assert.deepEqual((await found(pointer, context)).bytes, []);
  assert.deepEqual(routing.asked, []);
});

sourceTest("a provider that fails, hangs up or is elsewhere keeps nobody else back", async () => {
  const pointer = await verifiedPointer(makeSigner());
  await using node = nodeHolding(pointer);
  await using broken = startService(() => new Response("broken", { status: 500 }));
  await using large = startService(() => new Response(new Uint8Array(1_000_000)));
  await using routing = routingTo("http://127.0.0.1:1", broken.url, large.url, node.url);
  const { bytes, answers } = await found(
    pointer,
    partContext({ DELEGATED_ROUTING: routing.url }),
  );
  assert.deepEqual(bytes, [pointer.bytes]);
  assert.deepEqual(answers.map(({ outcome }) => outcome).sort(), [
    "failed",
    "failed",
    "failed",
    "pointer",
  ]);
});

sourceTest("a private address that a provider names is not asked", async () => {
  const pointer = await verifiedPointer(makeSigner());
  await using node = nodeHolding(pointer);
  await using routing = routingTo(node.url, "http://10.0.0.1:8000");
  const context = partContext({ DELEGATED_ROUTING: routing.url });
  const { answers } = await found(pointer, context);
  assert.deepEqual(
    answers.map(({ peer, outcome }) => [peer, outcome]).sort(),
    [["http://10.0.0.1:8000", "failed"], [node.url, "pointer"]],
  );
});

sourceTest("a node that lied before is left alone", async () => {
  const pointer = await verifiedPointer(makeSigner());
  await using node = nodeHolding(pointer);
  await using routing = routingTo(node.url);
  const context = partContext({ DELEGATED_ROUTING: routing.url });
  context.peerRecords.standings.note(node.url, "lied");
  assert.deepEqual((await found(pointer, context)).bytes, []);
  assert.deepEqual(node.asked, []);
});

sourceTest("a caller who leaves ends the search", async () => {
  const asked = Promise.withResolvers<void>();
  await using routing = startService(() => {
    asked.resolve();
    return new Response(new ReadableStream(), {
      headers: { "Content-Type": "application/x-ndjson" },
    });
  });
  const [source] = await rendezvousSource.create(partContext({ DELEGATED_ROUTING: routing.url }));
  const leaving = new AbortController();
  const finding = Array.fromAsync(
    source?.find(makeSigner().identity, { signal: leaving.signal }) ?? [],
  );
  await asked.promise;
  leaving.abort(new Error("the visitor left"));
  await assert.rejects(finding, /the visitor left/);
});
