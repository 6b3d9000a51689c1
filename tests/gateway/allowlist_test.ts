import assert from "node:assert/strict";
import { installWelcome } from "../../gateway/welcome.ts";
import { identityText } from "../../schemas/identity.ts";
import { replyTo, txt } from "../support/dns_packets.ts";
import { startDnsServer } from "../support/dns_server.ts";
import { offer, publishFeed, publishPointer } from "../support/feed_offers.ts";
import { makeSigner, signPointer } from "../support/pointers.ts";
import { rssFeed } from "../support/publish.ts";
import { openRuledGateway } from "../support/ruled_gateway.ts";
import type { TestGateway } from "../support/test_gateway.ts";

async function statusOf(test: TestGateway, path: string, headers = {}) {
  const answer = await test.get(path, headers);
  await answer.body?.cancel();
  return answer.status;
}

Deno.test("only listed wallets are served, until the list says otherwise", async () => {
  const [alice, bob] = [makeSigner(), makeSigner()];
  const entry = `/ourspace/${identityText(alice.identity)}`;
  await using ruled = await openRuledGateway("ALLOWLIST", {}, [entry]);
  const { test } = ruled;
  const path = await publishFeed(test, alice, rssFeed(["One"]));
  assert.equal(await statusOf(test, `${path}/feed.xml`), 200);

  const pointer = await signPointer(bob);
  assert.equal((await offer(test, bob, pointer)).status, 451);
  assert.equal(await statusOf(test, `/${identityText(bob.identity)}`), 451);
  assert.equal(await statusOf(test, `/v1/pointers/${identityText(bob.identity)}`), 451);
  assert.equal(await statusOf(test, "/anybody.example"), 451);
  assert.equal(await statusOf(test, "/", { Host: "anybody.example" }), 451);

  await ruled.list(`/ourspace/${identityText(bob.identity)}`);
  assert.equal(await statusOf(test, `${path}/feed.xml`), 451);
  assert.equal((await offer(test, bob, pointer)).status, 204);
});

Deno.test("a listed domain brings whatever wallet it leads to, under its name", async () => {
  const signer = makeSigner();
  const address = identityText(signer.identity);
  await using dns = await startDnsServer({
    udp: (query, way) =>
      way.send(replyTo(query, {
        answers: [txt("_ourspace.alice.example", `address=${address}`)],
      })),
  });
  const environment = { DNS: `127.0.0.1:${dns.port}` };
  await using source = await openRuledGateway("DENYLIST");
  await publishFeed(source.test, signer, rssFeed(["One"]));
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => source.test.gateway.fetch(request, { remoteAddress: "127.0.0.1" }),
  );
  {
    await using ruled = await openRuledGateway("ALLOWLIST", {
      ...environment,
      PEERS: `http://127.0.0.1:${server.addr.port}`,
    }, ["/ipns/alice.example"]);
    assert.equal(await statusOf(ruled.test, "/alice.example/feed.xml"), 200);
    assert.equal(await statusOf(ruled.test, `/${address}/feed.xml`), 451);
  }
  await server.shutdown();
});

Deno.test("content is served that a listed feed refers to, or that is listed itself", async () => {
  const signer = makeSigner();
  const entry = `/ourspace/${identityText(signer.identity)}`;
  await using ruled = await openRuledGateway("ALLOWLIST", {}, [entry]);
  const { test } = ruled;
  const picture = await test.add({ "picture.png": "no picture" });
  const other = await test.add({ "other.png": "another" });
  const feed = rssFeed(["One"]).replace("About One.", "&lt;img src=picture.png&gt;");
  const cid = await test.add({ "feed.xml": feed, "picture.png": "no picture" });
  const path = await publishPointer(test, signer, { cid });

  assert.equal(await statusOf(test, `/ipfs/${picture}/picture.png`), 404);
  assert.equal(await statusOf(test, path), 200);
  assert.equal(await statusOf(test, `/ipfs/${picture}/picture.png`), 200);
  assert.equal(await statusOf(test, `/ipfs/${other}`), 404);
  await ruled.list(entry, `/ipfs/${other}`);
  assert.equal(await statusOf(test, `/ipfs/${other}`), 200);
});

Deno.test("the welcome feed is left out unless it is listed", async () => {
  await using ruled = await openRuledGateway("ALLOWLIST");
  const { test, list } = ruled;
  const { verifier } = test.gateway.parts;
  const call = { signal: AbortSignal.timeout(30_000) };
  assert.equal(await installWelcome({ node: test.node, verifier }, call), null);
  await list("/ourspace/0x920bE5CDd67Bd86d058029318a43C7401Dd9D684");
  const path = await installWelcome({ node: test.node, verifier }, call);
  assert.equal(await statusOf(test, `${path}/feed.xml`), 200);
});
