import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import type { Node } from "../../resolver/node/node.ts";
import { folderTree, rawTree } from "../support/blocks.ts";
import { listen, publishPointer } from "../support/feed_offers.ts";
import { makeSigner } from "../support/pointers.ts";
import { rssFeed } from "../support/publish.ts";
import { trustlessService } from "../support/services.ts";
import { patterned } from "../support/source_files.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { openTestGateway, type TestGateway } from "../support/test_gateway.ts";

const STRANGERS = await rawTree(patterned(1_000));
const PICTURE = await rawTree(patterned(2_000));

/** An IPFS gateway that has both. */
const service = () =>
  trustlessService({ blocks: new Map([...STRANGERS.blocks, ...PICTURE.blocks]) });

async function get(test: TestGateway, path: string, headers = {}, method = "GET") {
  const answer = await test.get(path, headers, method);
  return { status: answer.status, text: await answer.text() };
}

function feedWith(html: string): string {
  return rssFeed(["One"]).replace(
    "About One.",
    html.replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
  );
}

async function publish(test: TestGateway, html: string): Promise<string> {
  const cid = await test.add({ "feed.xml": feedWith(html), "else.txt": "else" });
  return await publishPointer(test, makeSigner(), { cid });
}

async function putAll(node: Node, { blocks }: typeof PICTURE): Promise<void> {
  for (const [name, bytes] of blocks) await node.blocks.put(CID.parse(name), bytes);
}

Deno.test("a gateway is no proxy: what no feed refers to is asked for near by only", async () => {
  await using gateway = service();
  await using test = await openTestGateway({ environment: { TRUSTLESS_GATEWAYS: gateway.url } });
  for (const path of [`/ipfs/${STRANGERS.root}`, `/ipfs/${STRANGERS.root}/name.bin`]) {
    for (const headers of [{}, { Range: "bytes=0-1" }]) {
      const { status, text } = await get(test, path, headers);
      assert.equal(status, 404);
      assert.equal(JSON.parse(text).type, "urn:ourspace:problem:not-referred-to");
      assert.match(JSON.parse(text).remedy, /Open the page of the feed .*IPFS_OPEN/);
    }
    assert.equal((await get(test, path, {}, "HEAD")).status, 404);
  }
  assert.deepEqual(gateway.asked, []);

  await putAll(test.node, STRANGERS);
  assert.equal((await get(test, `/ipfs/${STRANGERS.root}`)).status, 200);
});

Deno.test("what a feed refers to comes by every road, once the feed was read", async () => {
  await using gateway = service();
  await using test = await openTestGateway({ environment: { TRUSTLESS_GATEWAYS: gateway.url } });
  const path = await publish(test, `<img src="ipfs://${PICTURE.root}/cat.png">`);
  const picture = `/ipfs/${PICTURE.root}/cat.png`;
  assert.equal((await get(test, picture)).status, 404);
  assert.equal((await get(test, `${path}/feed.xml`)).status, 200);
  assert.equal((await get(test, picture)).status, 200);
  assert.ok(gateway.asked.length > 0);
});

Deno.test("what an enclosure, an image and another gateway's address name is referred to as well", async () => {
  await using gateway = service();
  await using test = await openTestGateway({ environment: { TRUSTLESS_GATEWAYS: gateway.url } });
  const enclosure = `<enclosure url="ipfs://${PICTURE.root}" type="audio/mpeg" length="1"/></item>`;
  const link = `<a href="https://gateway.example.net/ipfs/${STRANGERS.root}/x">link</a>`;
  const feed = feedWith(link).replace("</item>", enclosure);
  const path = await publishPointer(test, makeSigner(), {
    cid: await test.add({ "feed.xml": feed }),
  });
  assert.equal((await get(test, `${path}/feed.json`)).status, 200);
  assert.equal((await get(test, `/ipfs/${PICTURE.root}`)).status, 200);
  assert.equal((await get(test, `/ipfs/${STRANGERS.root}`)).status, 200);
});

Deno.test("IPFS_OPEN opens the gateway to all content", async () => {
  await using gateway = service();
  await using test = await openTestGateway({
    environment: { TRUSTLESS_GATEWAYS: gateway.url, IPFS_OPEN: "on" },
  });
  assert.equal((await get(test, `/ipfs/${STRANGERS.root}`)).status, 200);
});

Deno.test("a restart does not forget what feeds refer to", async () => {
  await using gateway = service();
  await using folder = await temporaryFolder();
  const environment = { TRUSTLESS_GATEWAYS: gateway.url };
  {
    await using test = await openTestGateway({ environment, dataDir: folder.path });
    const path = await publish(test, `<img src="ipfs://${PICTURE.root}">`);
    assert.equal((await get(test, path)).status, 200);
  }
  await using test = await openTestGateway({ environment, dataDir: folder.path });
  assert.equal((await get(test, `/ipfs/${PICTURE.root}`)).status, 200);
  assert.equal((await get(test, `/ipfs/${STRANGERS.root}`)).status, 404);
});

Deno.test("a gateway that has read nothing gives what its peers hold, and asks nobody else", async () => {
  await using gateway = service();
  await using holder = await openTestGateway();
  await putAll(holder.node, PICTURE);
  await using peer = listen(holder);
  await using test = await openTestGateway({
    environment: { PEERS: peer.url, TRUSTLESS_GATEWAYS: gateway.url },
  });
  assert.equal((await get(test, `/ipfs/${PICTURE.root}/cat.png`)).status, 200);
  assert.equal((await get(test, `/ipfs/${STRANGERS.root}`)).status, 404);
  assert.deepEqual(gateway.asked, []);
});

Deno.test("a file below a root that a feed refers to comes by every road", async () => {
  const tree = await folderTree({ "a.txt": "one", "b.txt": "two" });
  await using gateway = trustlessService({ blocks: tree.blocks });
  await using test = await openTestGateway({ environment: { TRUSTLESS_GATEWAYS: gateway.url } });
  const path = await publish(test, `<a href="ipfs://${tree.root}/a.txt">link</a>`);
  assert.equal((await get(test, `/ipfs/${tree.root}/b.txt`)).status, 404);
  assert.equal((await get(test, path)).status, 200);
  assert.equal((await get(test, `/ipfs/${tree.root}/b.txt`)).text, "two");
});

Deno.test("an instance that has not read the feed reads it when its page's pictures are asked for", async () => {
  await using gateway = service();
  await using holder = await openTestGateway();
  const path = await publish(holder, `<img src="ipfs://${PICTURE.root}">`);
  await using peer = listen(holder);
  await using test = await openTestGateway({
    environment: { PEERS: peer.url, TRUSTLESS_GATEWAYS: gateway.url },
  });
  const picture = `/ipfs/${PICTURE.root}`;
  const from = (page: string) => get(test, picture, { Referer: page });
  for (
    const page of [
      `https://elsewhere.example${path}`,
      "https://gateway.example/",
      "https://gateway.example/%zz",
      "https://gateway.example/0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045",
      "nonsense",
    ]
  ) {
    assert.equal((await from(page)).status, 404, page);
  }
  assert.equal((await from(`https://gateway.example${path}/posts/x`)).status, 200);
  assert.equal(
    (await get(test, `/ipfs/${STRANGERS.root}`, {
      Referer: `https://gateway.example${path}`,
    })).status,
    404,
  );
});
