import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { startGateway } from "../support/gateway_process.ts";

const BROWSER = { "Sec-Fetch-Dest": "document", Accept: "text/html,*/*;q=0.8" };

Deno.test("start on a bare machine: the welcome feed is there at once, as page and as feed", async () => {
  await using gateway = await startGateway();
  const home = await (await fetch(`${gateway.url}/`, { headers: BROWSER })).text();
  const path = /href="(\/0x[0-9a-fA-F]{40})"/.exec(home)?.[1];
  assert.ok(path !== undefined, home);
  assert.ok(gateway.output().includes(path));

  const page = await fetch(gateway.url + path, { headers: BROWSER });
  assert.equal(page.status, 200);
  assert.match(await page.text(), /<article/);
  const feed = await (await fetch(gateway.url + path)).text();
  const picture = /http:\/\/127\.0\.0\.1:\d+\/ipfs\/[a-z2-7]+\/[\w.-]+\.png/.exec(feed)?.[0];
  assert.ok(picture !== undefined, feed);
  const answer = await fetch(picture);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("Content-Type") ?? "", /^image\//);
  await answer.body?.cancel();

  const health = await fetch(`${gateway.url}/health`);
  assert.equal(health.status, 200);
  await health.body?.cancel();
});

Deno.test("Ctrl-C ends it cleanly: a request under way is answered first", async () => {
  await using gateway = await startGateway();
  const poll = await fetch(`${gateway.url}/v1/pointers?since=0`);
  const { cursor } = await poll.json();
  const waiting = fetch(`${gateway.url}/v1/pointers?since=${cursor}&wait=30`);
  // The server has the request when it answers a later one on another connection.
  await (await fetch(`${gateway.url}/health`)).body?.cancel();
  const code = await gateway.interrupt();
  const answer = await waiting;
  assert.equal(answer.status, 200);
  assert.deepEqual((await answer.json()).pointers, []);
  assert.equal(code, 0, gateway.output());
});

Deno.test("a network that cannot be joined is no reason not to serve: the lines say why", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `/ip4/127.0.0.1/tcp/${taken.addr.port}`;
  await using gateway = await startGateway({ DHT_LISTEN: address });
  const said = gateway.output();
  assert.match(said, /takes no part in the pointer network\. .*cannot listen[^]*DHT_LISTEN/);
  assert.match(said, new RegExp(`^ {2}because: ${address}: .*in use.*$`, "m"));
  assert.doesNotMatch(said, /^\s+at /m);
  const health = await fetch(`${gateway.url}/health`);
  assert.equal(health.status, 200);
  await health.body?.cancel();
  const status = await (await fetch(`${gateway.url}/status`)).text();
  assert.match(status, /<h1>This node is alone/);
  assert.equal(await gateway.interrupt(), 0);
});

Deno.test("a node that follows others stops at once, whether they answer or not", async () => {
  await using peer = await startGateway();
  const nobody = "http://127.0.0.1:1";
  await using gateway = await startGateway({ PEERS: `${peer.url},${nobody}` });
  await eventually("the peer is followed", async () => {
    const status = await (await fetch(`${gateway.url}/status`)).text();
    return status.includes("In step.");
  });
  assert.equal(await gateway.interrupt(), 0, gateway.output());
  assert.doesNotMatch(gateway.output(), /^\s+at /m);
});

Deno.test("a second process on the same data folder says who holds it", async () => {
  await using gateway = await startGateway();
  await assert.rejects(
    startGateway({}, gateway.dataFolder),
    (error: Error) => error.message.includes(`${gateway.process.pid}`),
  );
});

Deno.test("a setting that cannot be used ends the start with one clear line", async () => {
  await assert.rejects(startGateway({ PEERS: "not a url" }), (error: Error) => {
    assert.match(error.message, /PEERS/);
    assert.doesNotMatch(error.message.split("\n    at ")[0] ?? "", /\.ts:/);
    return true;
  });
});
