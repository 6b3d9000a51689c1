import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { startGateway, taskCommand } from "../support/gateway_process.ts";
import { makePublisher, rssFeed } from "../support/publish.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const BROWSER = { "Sec-Fetch-Dest": "document", Accept: "text/html,*/*;q=0.8" };

/** `deno task edge` on a free port. */
async function startEdge(environment: Record<string, string>, flags: readonly string[] = []) {
  const { command, args } = taskCommand("edge");
  const entry = args.pop();
  assert.ok(entry !== undefined);
  const process = new Deno.Command(command, {
    args: [...args, "--port", "0", ...flags, entry],
    cwd: ROOT,
    env: {
      DENO_NO_UPDATE_CHECK: "1",
      NO_COLOR: "1",
      TRUSTLESS_GATEWAYS: "",
      PUBLIC_URL: "https://gateway.example",
      ...environment,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let printed = "";
  const listening = Promise.withResolvers<string>();
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      printed += text;
      const port = /:(\d+)\/?\s/.exec(printed)?.[1];
      if (port !== undefined) listening.resolve(`http://127.0.0.1:${port}`);
    }
  };
  const ended = process.status.then(() => listening.reject(new Error(printed)));
  const collected = Promise.all([collect(process.stdout), collect(process.stderr)]);
  return {
    url: await listening.promise,
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await Promise.all([collected, ended]);
    },
  };
}

Deno.test("edge instances answer alike, byte for byte, and like their caches were never filled", async () => {
  await using publisher = await makePublisher();
  await using node = await startGateway();
  await publisher.write("feed.xml", rssFeed(["Two", "One"]));
  await publisher.publish(node.dataFolder);

  const answers: string[][] = [];
  for (const flags of [[], ["--parallel"]]) {
    await using edge = await startEdge({ PEERS: node.url }, flags);
    for (let visit = 0; visit < 2; visit++) {
      const bodies: string[] = [];
      for (const path of ["", "/feed.xml", "/atom.xml", "/feed.json", "/pointer.json"]) {
        const answer = await fetch(`${edge.url}/${publisher.address}${path}`, { headers: BROWSER });
        bodies.push(`${answer.headers.get("ETag")}\n${await answer.text()}`);
        assert.equal(answer.status, 200, bodies.at(-1));
      }
      answers.push(bodies);
    }
  }
  for (const bodies of answers) assert.deepEqual(bodies, answers[0]);
});

Deno.test("an edge gateway passes a pointer on to its peers, and keeps nothing itself", async () => {
  await using publisher = await makePublisher();
  await using node = await startGateway();
  await using other = await startGateway();
  await publisher.write("feed.xml", rssFeed(["One"]));
  await publisher.publish(node.dataFolder);
  const pointer = await (await fetch(`${node.url}/v1/pointers/${publisher.address}`)).arrayBuffer();

  await using edge = await startEdge({ PEERS: other.url });
  const url = `/v1/pointers/${publisher.address}`;
  const put = await fetch(edge.url + url, { method: "PUT", body: pointer });
  assert.equal(put.status, 204, await put.text());
  const held = await fetch(other.url + url);
  assert.deepEqual(await held.arrayBuffer(), pointer);
  const changes = await fetch(`${edge.url}/v1/pointers?since=0`);
  assert.ok(changes.status >= 400);
  await changes.body?.cancel();
});

Deno.test("all sources down is 503 with Retry-After, for people a page", async () => {
  const address = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
  await using edge = await startEdge({ PEERS: "http://127.0.0.1:9" });
  const problem = await fetch(`${edge.url}/${address}`);
  assert.equal(problem.status, 503);
  assert.notEqual(problem.headers.get("Retry-After"), null);
  await problem.body?.cancel();
  const page = await fetch(`${edge.url}/${address}`, { headers: BROWSER });
  assert.equal(page.status, 503);
  assert.match(await page.text(), /<h1/);
});
