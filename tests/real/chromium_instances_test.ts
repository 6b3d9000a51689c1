import assert from "node:assert/strict";
import { rawTree } from "../support/blocks.ts";
import { withChromium } from "../support/chromium.ts";
import { startEdge } from "../support/edge_process.ts";
import { startGateway } from "../support/gateway_process.ts";
import { makePublisher, rssFeed } from "../support/publish.ts";
import { startService, trustlessService } from "../support/services.ts";
import { realTest } from "../support/tools.ts";

const PICTURE = new URL("../../gateway/welcome/feed/from-name-to-page.png", import.meta.url);

realTest(
  "chromium",
  "a page of one instance shows pictures that another one serves, which has not read the feed",
  async (_test, chromium) => {
    // A byte behind its end makes it another file than the welcome feed's, which the node holds.
    const picture = await rawTree(new Uint8Array([...await Deno.readFile(PICTURE), 0]));
    await using ipfs = trustlessService(picture);
    await using publisher = await makePublisher();
    await using node = await startGateway();
    const html = `&lt;img src="ipfs://${picture.root}" alt="A picture"&gt;`;
    await publisher.write("feed.xml", rssFeed(["One"]).replace("About One.", html));
    await publisher.publish(node.dataFolder);

    const edges: { url: string }[] = [];
    // Shares requests out: what is under /ipfs never comes to whom the pages come to.
    await using front = startService((request) => {
      const { pathname, search } = new URL(request.url);
      const { url = "" } = edges[pathname.startsWith("/ipfs/") ? 1 : 0] ?? {};
      return fetch(url + pathname + search, { headers: request.headers });
    });
    const environment = { PEERS: node.url, TRUSTLESS_GATEWAYS: ipfs.url, PUBLIC_URL: front.url };
    await using pages = await startEdge(environment);
    await using media = await startEdge(environment);
    edges.push(pages, media);

    const direct = await fetch(`${front.url}/ipfs/${picture.root}`);
    await direct.body?.cancel();
    assert.equal(direct.status, 404);
    await withChromium(chromium, [], async (browser) => {
      const page = await browser.newPage();
      const answered = page.waitForResponse((response) => response.url().includes("/ipfs/"));
      await page.goto(`${front.url}/${publisher.address}`, { waitUntil: "load" });
      await page.locator('img[alt="A picture"]').first().scrollIntoViewIfNeeded();
      const answer = await answered;
      assert.equal(answer.status(), 200);
      assert.equal(answer.headers()["content-type"], "image/png");
    });
  },
);
