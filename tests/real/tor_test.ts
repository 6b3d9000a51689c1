import assert from "node:assert/strict";
import { createTorOutbound, newTorSecret } from "../../resolver/outbound/tor.ts";
import { parseEndpoint } from "../../resolver/dns/setting.ts";
import { identityText } from "../../schemas/identity.ts";
import { rawTree } from "../support/blocks.ts";
import { startDnsServer } from "../support/dns_server.ts";
import { freePorts } from "../support/free_ports.ts";
import { type GatewayProcess, startGateway } from "../support/gateway_process.ts";
import { makeSigner, signPointer } from "../support/pointers.ts";
import { makePublisher, rssFeed } from "../support/publish.ts";
import { realTest } from "../support/tools.ts";
import { startTorNetwork, type TorNetwork } from "../support/tor_network.ts";

const BROWSER = { "Sec-Fetch-Dest": "document", Accept: "text/html" };

/** Publishes one post under the onion service of a running node: a file, or a folder with a picture. */
async function publishOverTor(
  node: GatewayProcess,
  { title, picture }: { title: string; picture?: Uint8Array },
  settings: Record<string, string>,
) {
  await using publisher = await makePublisher();
  await publisher.write("feed.xml", rssFeed([title]));
  if (picture !== undefined) await publisher.write("picture.png", picture);
  const path = publisher.folder + (picture === undefined ? "/feed.xml" : "");
  const printed = await publisher.publish(node.dataFolder, settings, [path, "--onion"]);
  return { address: publisher.address, title, printed };
}

/** Gives a gateway the pointer, but not the content. */
async function handOver(address: string, from: GatewayProcess, to: GatewayProcess) {
  const pointer = await fetch(`${from.url}/v1/pointers/${address}`);
  await offer(to, address, await pointer.bytes());
}

/** A pointer to content that only this location has, if anybody. */
async function offerElsewhere(to: GatewayProcess, location: string): Promise<string> {
  const signer = makeSigner();
  const { root } = await rawTree(crypto.getRandomValues(new Uint8Array(32)));
  const address = identityText(signer.identity);
  const fields = { cid: root.toString(), locations: [location] };
  await offer(to, address, await signPointer(signer, fields));
  return address;
}

async function offer(to: GatewayProcess, address: string, body: Uint8Array<ArrayBuffer>) {
  const answer = await fetch(`${to.url}/v1/pointers/${address}`, { method: "PUT", body });
  assert.equal(answer.status, 204, await answer.text());
}

/** The circuits over which the client has reached the service, by the SOCKS password. */
function circuitsTo(onion: string, { control }: TorNetwork): Map<string, Set<string>> {
  const circuits = new Map<string, Set<string>>();
  const host = new URL(onion).host;
  for (const event of control.events) {
    const [, circuit = "", rest = ""] = /^STREAM \d+ SUCCEEDED (\d+) (.*)$/.exec(event) ?? [];
    const password = /SOCKS_PASSWORD="([^"]*)"/.exec(rest)?.[1];
    if (!rest.startsWith(host) || password === undefined) continue;
    circuits.set(password, (circuits.get(password) ?? new Set()).add(circuit));
  }
  return circuits;
}

realTest("tor", "a feed is published, read and browsed over a real Tor network", async (t) => {
  await using tor = await startTorNetwork();
  await using dns = await startDnsServer({ udp: () => {} });
  const [port = 0] = await freePorts(1);
  const onion = await tor.addOnion(port);
  const settings = { ONION_URL: onion, TOR_SOCKS: tor.socks };
  await using node = await startGateway({ ...settings, PORT: `${port}` });
  await using reader = await startGateway({
    TOR_SOCKS: tor.socks,
    DNS: `127.0.0.1:${dns.port}`,
  });
  const alice = await publishOverTor(node, { title: "Alice’s post" }, settings);
  const bob = await publishOverTor(
    node,
    { title: "Bob’s post", picture: new Uint8Array(9) },
    settings,
  );
  await handOver(alice.address, node, reader);
  await handOver(bob.address, node, reader);
  const before = circuitsTo(onion, tor);

  await t.step("publish finds its content at the onion service, and nothing to warn of", () => {
    for (const { printed } of [alice, bob]) {
      assert.match(printed, /^Published/m);
      assert.doesNotMatch(printed, /Warning/);
    }
    assert.equal(before.size, 2, "each publication looked for itself");
    assert.match(
      node.output(),
      new RegExp(`Over Tor: ${onion}/[^]*HiddenServicePort 80 127.0.0.1`),
    );
  });

  await t.step("a gateway reads both feeds through Tor, and asks no DNS server", async () => {
    for (const { address, title } of [alice, bob]) {
      const feed = await fetch(`${reader.url}/${address}/feed.xml`);
      const text = await feed.text();
      assert.equal(feed.status, 200, text);
      assert.match(text, new RegExp(title));
      const proof = await (await fetch(`${reader.url}/${address}/pointer.json?proof`)).text();
      assert.match(proof, new RegExp(`${onion}/ipfs/[^]*delivered`));
    }
    assert.deepEqual(dns.asked, { udp: 0, tcp: 0 });
  });

  await t.step("each wallet has circuits of its own", () => {
    const now = [...circuitsTo(onion, tor)].filter(([password]) => !before.has(password));
    assert.equal(now.length, 2);
    const [first = new Set<string>(), second = new Set<string>()] = now.map(([, ids]) => ids);
    assert.ok(first.size > 0 && second.size > 0);
    assert.ok(first.isDisjointFrom(second), `${[...first]} ${[...second]}`);
  });

  await t.step(
    "the gateway is browsed in Tor, and its pages elsewhere say where",
    async () => {
      const proxy = parseEndpoint(tor.socks) ?? assert.fail();
      const visit = createTorOutbound({ proxy, clock: Date.now, secret: newTorSecret() })(
        "visitor",
      );
      const page = await visit.fetch({
        url: `${onion}/${alice.address}`,
        trust: "stranger",
        headers: BROWSER,
        maxBytes: 1_000_000,
        timeoutMilliseconds: 60_000,
        headersMilliseconds: 60_000,
      }, { signal: AbortSignal.timeout(60_000) });
      const html = await new Response(page.body).text();
      assert.equal(page.status, 200, html);
      assert.equal(page.headers.get("Onion-Location"), null);
      assert.ok(html.includes(`"${onion}/${alice.address}/feed.xml"`));
      assert.ok(!html.includes(`127.0.0.1:${port}`));
      const elsewhere = await fetch(`${node.url}/${alice.address}`, { headers: BROWSER });
      assert.equal(elsewhere.headers.get("Onion-Location"), `${onion}/${alice.address}`);
      await elsewhere.body?.cancel();
    },
  );

  /** Why the content could not be had at its only location. */
  const reasonAt = async (location: string): Promise<string> => {
    const address = await offerElsewhere(reader, location);
    const answer = await fetch(`${reader.url}/${address}/feed.xml`);
    const { roads }: { roads: Record<string, string>[] } = await answer.json();
    assert.equal(answer.status, 504);
    const road = roads.find(({ road }) => road === location);
    assert.equal(road?.["outcome"], "failed", JSON.stringify(roads));
    return road?.["reason"] ?? "";
  };

  await t.step("an onion service that is down is said to be", async () => {
    const [silent = 0] = await freePorts(1);
    const other = await tor.addOnion(silent);
    assert.match(await reasonAt(`${other}/feed.xml`), /^The onion service /);
    await tor.removeOnion(other);
    // Tor itself tries for longer than a visitor waits.
    assert.match(await reasonAt(`${other}/feed.xml`), /^The onion service |^It did not answer/);
  });

  await t.step("a proxy that is killed is said to be; what is held stays", async () => {
    await tor.killClient();
    assert.equal(await reasonAt(`${onion}/feed.xml`), "The Tor proxy cannot be reached.");
    const held = await fetch(`${reader.url}/${alice.address}/feed.xml`);
    assert.equal(held.status, 200);
    await held.body?.cancel();
    assert.deepEqual(dns.asked, { udp: 0, tcp: 0 });
    assert.doesNotMatch(reader.output(), /Uncaught/);
  });
});
