import assert from "node:assert/strict";
import { digest } from "../support/digest.ts";
import { startGateway } from "../support/gateway_process.ts";
import { makePublisher, rssFeed } from "../support/publish.ts";

const PICTURE = new URL("../../gateway/welcome/feed/from-name-to-page.png", import.meta.url);

Deno.test("what was published at one node is read at another, also when the first is gone", async () => {
  await using publisher = await makePublisher();
  await using first = await startGateway();
  await using second = await startGateway({ PEERS: first.url });
  const picture = await Deno.readFile(PICTURE);
  await publisher.write("picture.png", picture);
  await publisher.write(
    "feed.xml",
    rssFeed(["One"]).replace("About One.", "&lt;img src='picture.png' alt='a picture'&gt;"),
  );
  const report = await publisher.publish(first.dataFolder);
  assert.match(report, new RegExp(`/${publisher.address}`));

  const read = await fetch(`${second.url}/${publisher.address}/feed.xml`);
  const feed = await read.text();
  assert.equal(read.status, 200, feed);
  const pictureUrl = /http:\/\/127\.0\.0\.1:\d+\/ipfs\/[a-z2-7]+\/picture\.png/.exec(feed)?.[0];
  assert.ok(pictureUrl !== undefined && pictureUrl.startsWith(second.url), feed);
  const shown = await fetch(pictureUrl);
  assert.equal(shown.headers.get("Content-Type"), "image/png");
  assert.equal(await digest(await shown.bytes()), await digest(picture));

  await first.kill();
  const again = await fetch(`${second.url}/${publisher.address}/feed.xml`);
  assert.equal(again.status, 200);
  assert.equal(await again.text(), feed);
  assert.equal(await digest(await (await fetch(pictureUrl)).bytes()), await digest(picture));
});

Deno.test("a second publication is visible within the same second, and survives kill -9", async () => {
  await using publisher = await makePublisher();
  const dataFolder = await Deno.makeTempDir({ prefix: "ourspace-" });
  try {
    await publisher.write("feed.xml", rssFeed(["One"]));
    {
      await using gateway = await startGateway({}, dataFolder);
      await publisher.publish(dataFolder);
      const url = `${gateway.url}/${publisher.address}/feed.xml`;
      assert.match(await (await fetch(url)).text(), /One/);
      await publisher.write("feed.xml", rssFeed(["Two", "One"]));
      await publisher.publish(dataFolder);
      assert.match(await (await fetch(url)).text(), /Two/);
      await gateway.kill();
    }
    await using gateway = await startGateway({}, dataFolder);
    const url = `${gateway.url}/${publisher.address}/feed.xml`;
    assert.match(await (await fetch(url)).text(), /Two/);
  } finally {
    await Deno.remove(dataFolder, { recursive: true });
  }
});

Deno.test("without a running node, publish writes into the data folder itself", async () => {
  await using publisher = await makePublisher();
  const dataFolder = await Deno.makeTempDir({ prefix: "ourspace-" });
  try {
    await publisher.write("feed.xml", rssFeed(["One"]));
    await publisher.publish(dataFolder);
    await using gateway = await startGateway({}, dataFolder);
    const answer = await fetch(`${gateway.url}/${publisher.address}/feed.xml`);
    assert.match(await answer.text(), /One/);
  } finally {
    await Deno.remove(dataFolder, { recursive: true });
  }
});
