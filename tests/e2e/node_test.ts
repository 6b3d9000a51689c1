import assert from "node:assert/strict";
import { startServerProcess, taskCommand } from "../support/task_process.ts";
import { temporaryFolder } from "../support/temporary.ts";

const READY = /OurSpace is ready\. Open (http:\/\/[^/]+)\/[^]*Ctrl-C ends it\./;

Deno.test("a node alone: how it is at /, pointers and blocks for others, no feeds; it ends cleanly", async () => {
  await using folder = await temporaryFolder();
  const environment = { PORT: "0", DATA_DIR: folder.path };
  const { url, stop, output } = await startServerProcess(
    taskCommand("node").args,
    environment,
    READY,
  );
  try {
    for (const path of ["/", "/status"]) {
      const page = await fetch(url + path);
      assert.equal(page.headers.get("Cache-Control"), "no-store");
      assert.equal(page.headers.get("Access-Control-Allow-Origin"), null);
      assert.match(await page.text(), /<h1>This node/);
    }
    const statuses = {
      "/health": 200,
      "/metrics": 200,
      "/page.css": 200,
      "/v1/pointers?since=0": 200,
      "/ipfs/bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq?format=raw": 404,
      "/0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045": 404,
    };
    for (const [path, status] of Object.entries(statuses)) {
      const answer = await fetch(url + path);
      assert.equal(answer.status, status, path);
      await answer.body?.cancel();
    }
    const page = await fetch(`${url}/0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045`);
    assert.match(await page.text(), /This node shows no feeds/);
  } finally {
    assert.equal(await stop("SIGINT"), 0, output());
  }
});

Deno.test("a node that is off is refused with what to do", async () => {
  await using folder = await temporaryFolder();
  await assert.rejects(
    startServerProcess(taskCommand("node").args, { NODE: "off", DATA_DIR: folder.path }, READY),
    /NODE is off/,
  );
});
