import assert from "node:assert/strict";
import { startGateway } from "../support/gateway_process.ts";
import { makePublisher, rssFeed } from "../support/publish.ts";
import { realTest } from "../support/tools.ts";

const SUBSCRIBE = `
import sys, json, feedparser
url, etag, modified = sys.argv[1:4]
feed = feedparser.parse(url, etag=etag or None, modified=modified or None)
print(json.dumps({
  "status": feed.status, "bozo": bool(feed.bozo), "version": feed.get("version", ""),
  "titles": [entry.title for entry in feed.entries],
  "etag": feed.get("etag", ""), "modified": feed.get("modified", ""),
}))
`;

realTest(
  "feedparser-python",
  "feedparser reads every format, is told when nothing changed, and sees an update",
  async (_t, python) => {
    await using publisher = await makePublisher();
    await using gateway = await startGateway();
    await publisher.write("feed.xml", rssFeed(["One"]));
    await publisher.publish(gateway.dataFolder);
    const home = `${gateway.url}/${publisher.address}`;

    const subscribe = async (url: string, etag = "", modified = "") => {
      const args = ["-c", SUBSCRIBE, url, etag, modified];
      const { success, stdout, stderr } = await new Deno.Command(python, { args }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
      return JSON.parse(new TextDecoder().decode(stdout));
    };

    const versions = { "": "rss20", "/feed.xml": "rss20", "/atom.xml": "atom10" };
    for (const [path, version] of Object.entries(versions)) {
      const first = await subscribe(home + path);
      assert.equal(first.bozo, false);
      assert.equal(first.version, version);
      assert.deepEqual(first.titles, ["One"]);
      assert.equal((await subscribe(home + path, first.etag)).status, 304, path);
    }

    const before = await subscribe(home);
    await publisher.write("feed.xml", rssFeed(["Two", "One"]));
    await publisher.publish(gateway.dataFolder);
    const after = await subscribe(home, before.etag, before.modified);
    assert.equal(after.status, 200);
    assert.deepEqual(after.titles, ["Two", "One"]);
  },
);
