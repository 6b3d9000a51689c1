import assert from "node:assert/strict";
import { rawTree } from "../support/blocks.ts";
import { createTestClock } from "../support/clock.ts";
import { startHosts } from "../support/hosts.ts";
import { SENDER } from "../support/nodes.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { rssFeed } from "../support/publish.ts";
import { startService } from "../support/services.ts";
import { openTestGateway, type TestGateway } from "../support/test_gateway.ts";

const WALLETS = 1_000;
const AT_ONCE = 8;

/**
 * A gateway that knows 1,000 wallets, each with a feed of its own on a web server that has one address
 * under every name; `hostOf` names the host of each feed's location.
 */
async function openCrowd(hostOf: (index: number) => string) {
  const feeds = new Map<string, Uint8Array<ArrayBuffer>>();
  const site = startService((request) => new Response(feeds.get(new URL(request.url).pathname)));
  const hosts = Array.from({ length: WALLETS }, (_, index) => [hostOf(index), "127.0.0.1"]);
  const dns = await startHosts(Object.fromEntries(hosts));
  const clock = createTestClock();
  const test = await openTestGateway({
    environment: { DNS: `127.0.0.1:${dns.port}`, ALLOW_PRIVATE: "127.0.0.1/32" },
    clock: clock.now,
  });
  const paths: string[] = [];
  for (let index = 0; index < WALLETS; index++) {
    const signer = makeSigner();
    const path = `/${index}.xml`;
    const bytes = new TextEncoder().encode(rssFeed([`Post ${index}`]));
    feeds.set(path, bytes);
    const cid = (await rawTree(bytes)).root.toString();
    const locations = [`http://${hostOf(index)}:${new URL(site.url).port}${path}`];
    test.node.pointers.put(await verifiedPointer(signer, { cid, locations }), SENDER);
    paths.push(`/${signer.identity.address}/feed.xml`);
  }
  return {
    clock,
    asked: () => site.asked.length,
    readAll: () => readAll(test, paths),
    async [Symbol.asyncDispose]() {
      await test[Symbol.asyncDispose]();
      await Promise.all([site[Symbol.asyncDispose](), dns[Symbol.asyncDispose]()]);
    },
  };
}

/** How many of the feeds are shown. The others are put off, in words. */
async function readAll(test: TestGateway, paths: readonly string[]): Promise<number> {
  let shown = 0;
  const waiting = paths.values();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const path of waiting) {
      const answer = await test.get(path);
      const text = await answer.text();
      if (answer.status === 200) shown += 1;
      else assert.match(text, /"status":504.*It was asked too often\./);
    }
  }));
  return shown;
}

Deno.test("1,000 feeds on one host cost it 20 requests at once, and 5 a second after that", async () => {
  await using crowd = await openCrowd(() => "alice.example");
  assert.equal(await crowd.readAll(), 20);
  assert.equal(crowd.asked(), 20);
  await crowd.clock.advance(10_000);
  // What has come once is not asked for again: 20 are shown from memory, and 20 more come.
  assert.equal(await crowd.readAll(), 40);
  assert.equal(crowd.asked(), 40);
});

Deno.test("1,000 names of one address cost it 100 requests at once, and 20 a second after that", async () => {
  await using crowd = await openCrowd((index) => `host${index}.example`);
  assert.equal(await crowd.readAll(), 100);
  assert.equal(crowd.asked(), 100);
  await crowd.clock.advance(10_000);
  assert.equal(await crowd.readAll(), 200);
  assert.equal(crowd.asked(), 200);
});
