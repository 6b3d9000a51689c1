import assert from "node:assert/strict";
import { startGateway } from "../support/gateway_process.ts";
import { makePublisher, rssFeed } from "../support/publish.ts";
import { recordingProxy } from "../support/recording_proxy.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { realTest } from "../support/tools.ts";

realTest(
  "newsboat",
  "newsboat subscribes, asks conditionally, and gets exactly one new item after an update",
  async (_t, newsboat) => {
    await using publisher = await makePublisher();
    await using gateway = await startGateway();
    await using proxy = recordingProxy(gateway.url);
    await using home = await temporaryFolder();
    await publisher.write("feed.xml", rssFeed(["One", "Zero"]));
    await publisher.publish(gateway.dataFolder);
    await Deno.writeTextFile(`${home.path}/urls`, `${proxy.url}/${publisher.address}\n`);
    await Deno.writeTextFile(`${home.path}/config`, "");

    const run = async (...commands: string[]) => {
      const files = ["-u", "urls", "-C", "config", "-c", "cache.db", "-q"];
      const process = new Deno.Command(newsboat, {
        args: [...files, "-x", ...commands],
        cwd: home.path,
        env: { HOME: home.path, TERM: "dumb", LANG: "C.UTF-8" },
      });
      const { success, stdout, stderr } = await process.output();
      assert.ok(success, new TextDecoder().decode(stderr));
      return new TextDecoder().decode(stdout).trim();
    };

    await run("reload");
    assert.equal(await run("print-unread"), "2 unread articles");
    // newsboat sends what it holds from its third reload on.
    await run("reload");
    await run("reload");
    assert.deepEqual(proxy.exchanges.at(-1), {
      path: `/${publisher.address}`,
      query: "",
      status: 304,
      conditional: true,
    });
    assert.equal(await run("print-unread"), "2 unread articles");

    await publisher.write("feed.xml", rssFeed(["Two", "One", "Zero"]));
    await publisher.publish(gateway.dataFolder);
    await run("reload");
    assert.equal(proxy.exchanges.at(-1)?.status, 200);
    assert.equal(await run("print-unread"), "3 unread articles");
  },
);
