import assert from "node:assert/strict";
import { readConfig } from "../../gateway/config/config.ts";
import { startUpLines } from "../../gateway/start_up_lines.ts";
import type { PointerNetwork } from "../../resolver/network/network.ts";
import { ONION_HOST } from "../support/onion_services.ts";
import { temporaryNode } from "../support/nodes.ts";
import { scriptedNetwork } from "../support/scripted_network.ts";

const PEER = "12D3KooWGC6TvWhfapngX6mvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5";
const HERE = `/ip4/127.0.0.1/tcp/4001/p2p/${PEER}`;
const PUBLIC = `/ip4/192.0.2.1/tcp/4001/p2p/${PEER}`;

async function lines(
  network: Partial<PointerNetwork> | null,
  environment: Record<string, string> = {},
): Promise<string> {
  await using temporary = await temporaryNode();
  return startUpLines({
    what: "gateway",
    config: readConfig(environment),
    listening: "http://127.0.0.1:8000",
    publicOrigin: new URL("http://127.0.0.1:8000"),
    welcomePath: null,
    dataFolder: temporary.dataDir,
    node: temporary.node,
    network: network === null ? null : scriptedNetwork(network),
  }).join("\n");
}

Deno.test("a node's own full addresses are printed, and how to join others while it knows none", async () => {
  const alone = await lines({ addresses: () => [PUBLIC] });
  assert.match(alone, new RegExp(`^  ${PUBLIC}$`, "m"));
  assert.match(alone, /knows no other node yet[^]*BOOTSTRAP[^]*PEERS=/);
  const joined = await lines({ addresses: () => [PUBLIC] }, { BOOTSTRAP: HERE });
  assert.doesNotMatch(joined, /knows no other node/);
  assert.match(joined, /is looking for the nodes that it knows of/);
});

Deno.test("a node that only this machine can reach says so, and how to change it", async () => {
  assert.match(
    await lines({ addresses: () => [HERE] }),
    /Nobody on another machine.*HOST=0\.0\.0\.0/,
  );
  assert.doesNotMatch(
    await lines({ addresses: () => [HERE, PUBLIC] }),
    /Nobody on another machine/,
  );
});

Deno.test("a client says that it takes no connections; without a network that is said, too", async () => {
  assert.match(await lines({ mode: "client" }), /takes no connections/);
  assert.match(await lines(null), /takes no part in the pointer network/);
});

Deno.test("mDNS without an address on the local network is pointed out", async () => {
  const text = await lines({ addresses: () => [PUBLIC] }, { DHT_MDNS: "on" });
  assert.match(text, /DHT_MDNS finds nodes.*HOST lets none of them connect/);
});

Deno.test("a default is said in words where its text alone says nothing", async () => {
  const text = await lines(null, { DHT_MDNS: "on" });
  assert.match(text, /^ {2}DHT_LISTEN +a TCP port on HOST chosen once and kept.*\(default\)$/m);
  assert.match(text, /^ {2}NODE +embedded {2}\(default\)$/m);
  assert.match(text, /^ {2}DHT_MDNS +on$/m);
});

Deno.test("an onion service is named with the line that Tor needs", async () => {
  const named = await lines(null, { ONION_URL: `http://${ONION_HOST}` });
  assert.match(named, new RegExp(`^Over Tor: http://${ONION_HOST}/ `, "m"));
  assert.match(named, /^ +HiddenServicePort 80 127\.0\.0\.1:8000$/m);
  assert.match(
    await lines(null, { ONION_URL: `http://${ONION_HOST}:8080` }),
    /HiddenServicePort 8080 127/,
  );
  const behindTls = await lines(null, { ONION_URL: `https://${ONION_HOST}` });
  assert.doesNotMatch(behindTls, /HiddenServicePort/);
  assert.doesNotMatch(await lines(null), /Over Tor/);
});
