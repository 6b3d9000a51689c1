import assert from "node:assert/strict";
import { type GatewayProcess, startGateway } from "../support/gateway_process.ts";
import { exchange } from "../support/raw_http.ts";
import { makePublisher, rssFeed } from "../support/publish.ts";
import { realTest } from "../support/tools.ts";
import { startUnbound } from "../support/unbound.ts";

/** A request to the gateway whose Host header is a domain that points at it. */
function visit({ url }: GatewayProcess, host: string, path: string, accept = "*/*") {
  const { hostname, port } = new URL(url);
  return exchange(hostname, Number(port), [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    `Accept: ${accept}`,
    "Connection: close",
  ]);
}

for (const transport of ["dns", "doh"] as const) {
  realTest("unbound", `a domain leads to a wallet's feed, looked up by ${transport}`, async () => {
    await using publisher = await makePublisher();
    await using unbound = await startUnbound({
      records: [`_ourspace.alice.example. 60 IN TXT "address=${publisher.address}"`],
    });
    await using gateway = await startGateway({
      DNS: unbound[transport],
      NODE_EXTRA_CA_CERTS: unbound.certificateAuthorityFile,
    });
    await publisher.write("feed.xml", rssFeed(["One"]));
    await publisher.publish(gateway.dataFolder);

    const byPath = await fetch(`${gateway.url}/alice.example/feed.xml`);
    const feed = await byPath.text();
    assert.equal(byPath.status, 200, feed);
    assert.match(feed, /One/);
    const page = await fetch(`${gateway.url}/alice.example`, { headers: { Accept: "text/html" } });
    assert.match(await page.text(), /verified/i);

    const { port } = new URL(gateway.url);
    const byHost = await visit(gateway, "alice.example", "/feed.xml");
    assert.equal(byHost.status, 200, byHost.body);
    assert.ok(byHost.body.includes(`http://alice.example:${port}/feed.xml`));
    assert.ok(!byHost.body.includes("127.0.0.1"));
    const home = await visit(gateway, "alice.example", "/", "text/html");
    assert.match(home.headers.get("Content-Type") ?? "", /^text\/html/);
  });
}

realTest(
  "unbound",
  "a domain that points here without a record is told how to get one",
  async () => {
    await using unbound = await startUnbound({});
    await using gateway = await startGateway({ DNS: unbound.dns });
    const reader = await visit(gateway, "bob.example", "/");
    assert.equal(reader.status, 404);
    assert.match(reader.body, /_ourspace\.bob\.example/);
    const person = await visit(gateway, "bob.example", "/", "text/html");
    assert.equal(person.status, 404);
    assert.match(person.body, /_ourspace\.bob\.example/);
    const wellKnown = await visit(gateway, "bob.example", "/.well-known/ourspace");
    assert.equal(wellKnown.status, 404);
  },
);

realTest("unbound", "two addresses, a malformed one and a dead server are told apart", async () => {
  const one = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
  const other = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
  await using unbound = await startUnbound({
    records: [
      `_ourspace.two.example. 60 IN TXT "address=${one}"`,
      `_ourspace.two.example. 60 IN TXT "address=${other}"`,
      `_ourspace.bad.example. 60 IN TXT "address=0x1234"`,
    ],
    refused: ["refused.example"],
  });
  await using gateway = await startGateway({ DNS: unbound.dns });
  const outcomes = {
    "two.example": "urn:ourspace:problem:name-lookup-ambiguous",
    "bad.example": "urn:ourspace:problem:name-lookup-malformed",
    "alice.refused.example": "urn:ourspace:problem:name-lookup-failed",
  };
  for (const [name, type] of Object.entries(outcomes)) {
    const answer = await fetch(`${gateway.url}/${name}`);
    assert.equal(answer.status, 502, name);
    assert.equal((await answer.json()).type, type, name);
  }
});

Deno.test("nonsense for a Host, none, or two do not break the gateway", async () => {
  await using gateway = await startGateway();
  const { hostname, port } = new URL(gateway.url);
  const status = async (...lines: string[]) =>
    (await exchange(hostname, Number(port), [...lines, "Connection: close"])).status;
  assert.equal(await status("GET / HTTP/1.1", "Host: a.example", "Host: b.example"), 400);
  assert.equal(await status("GET / HTTP/1.1", "Host: not a host"), 200);
  assert.equal(await status("GET /health HTTP/1.1", "Host: [::"), 200);
  assert.equal(await status("GET / HTTP/1.0"), 200);
});
