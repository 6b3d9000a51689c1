import assert from "node:assert/strict";
import { createFront } from "../../gateway/front.ts";
import { ONION_HOST } from "../support/onion_services.ts";
import { makeSigner, signPointer } from "../support/pointers.ts";
import { rssFeed } from "../support/publish.ts";
import { openTestGateway, type TestGateway } from "../support/test_gateway.ts";

const BROWSER = { "Sec-Fetch-Dest": "document", Accept: "text/html,*/*;q=0.8" };
const OVER_TOR = { ...BROWSER, Host: ONION_HOST };
const ONION = `http://${ONION_HOST}`;

function openOnionGateway(): Promise<TestGateway> {
  return openTestGateway({ environment: { ONION_URL: ONION } });
}

/** Publishes a feed and gives its path. */
async function publish({ add, gateway }: TestGateway): Promise<string> {
  const signer = makeSigner();
  const cid = await add({ "feed.xml": rssFeed(["One"]) });
  const { address } = signer.identity;
  const request = new Request(`https://gateway.example/v1/pointers/${address}`, {
    method: "PUT",
    body: await signPointer(signer, { cid }),
  });
  assert.equal((await gateway.fetch(request, { remoteAddress: "192.0.2.1" })).status, 204);
  return `/${address}`;
}

Deno.test("pages of the gateway's own name their place in Tor, query included, also when they are kept", async () => {
  await using test = await openOnionGateway();
  const path = await publish(test);
  for (const page of ["/", "/status", path, `${path}?a=b%20c`, `${path}/feed.xml`]) {
    for (const time of ["the first time", "again"]) {
      const answer = await test.get(page, BROWSER);
      assert.equal(answer.status, 200, page);
      assert.match(answer.headers.get("Content-Type") ?? "", /^text\/html/, page);
      assert.equal(answer.headers.get("Onion-Location"), ONION + page, `${page} ${time}`);
      await answer.body?.cancel();
    }
  }
});

Deno.test("feeds, page parts, errors and custom domains name none, nor does a gateway without one", async () => {
  await using test = await openOnionGateway();
  const path = await publish(test);
  const answers = [
    await test.get(`${path}/feed.xml?raw`),
    await test.get(`${path}/feed.json`),
    await test.get("/page.css"),
    await test.get("/nothing.here/at/all", BROWSER),
    await test.get("/", { ...BROWSER, Host: "alice.example" }),
  ];
  await using without = await openTestGateway();
  answers.push(await without.get("/", BROWSER));
  for (const answer of answers) {
    assert.equal(answer.headers.get("Onion-Location"), null, answer.url);
    await answer.body?.cancel();
  }
});

Deno.test("what is read in Tor stays there: links, redirects and the policy know no other origin", async () => {
  await using test = await openOnionGateway();
  const path = await publish(test);
  const clearnet = await test.get(path, BROWSER);
  const page = await test.get(path, OVER_TOR);
  const html = await page.text();
  assert.equal(page.status, 200);
  assert.equal(page.headers.get("Onion-Location"), null);
  assert.match(html, new RegExp(`"${ONION}${path}/feed.xml"`));
  assert.doesNotMatch(html, /gateway\.example/);
  assert.match(page.headers.get("Content-Security-Policy") ?? "", new RegExp(ONION));
  assert.doesNotMatch(page.headers.get("Content-Security-Policy") ?? "", /gateway\.example/);
  assert.notEqual(page.headers.get("ETag"), clearnet.headers.get("ETag"));
  assert.match(await clearnet.text(), /https:\/\/gateway\.example/);

  const rss = await test.get(`${path}/feed.xml`, { Host: ONION_HOST });
  assert.doesNotMatch(await rss.text(), /gateway\.example/);
  const home = await test.get("/", OVER_TOR);
  assert.match(await home.text(), new RegExp(`${ONION}/alice.example`));
  const canonical = await test.get(path.toLowerCase(), OVER_TOR);
  assert.equal(canonical.headers.get("Location"), path);
});

Deno.test("an edge gateway that has just started knows its place in Tor", async () => {
  const front = createFront({
    publicOrigin: new URL("https://gateway.example"),
    onionOrigin: new URL(ONION),
  });
  const clearnet = await front.fetch(new Request("https://gateway.example/"));
  assert.equal(clearnet?.headers.get("Onion-Location"), `${ONION}/`);
  const inTor = await front.fetch(new Request(`${ONION}/`));
  assert.equal(inTor?.headers.get("Onion-Location"), null);
  assert.match(await inTor?.text() ?? "", new RegExp(`${ONION}/alice.example`));
});
