import assert from "node:assert/strict";
import { digest } from "../support/digest.ts";
import { startEdge } from "../support/edge_process.ts";
import { startGateway } from "../support/gateway_process.ts";
import { makePublisher, rssFeed } from "../support/publish.ts";
import { taskCommand } from "../support/task_process.ts";

const BROWSER = { "Sec-Fetch-Dest": "document", Accept: "text/html,*/*;q=0.8" };

Deno.test("edge instances answer alike, byte for byte, and like their caches were never filled", async () => {
  await using publisher = await makePublisher();
  await using node = await startGateway();
  await publisher.write("feed.xml", rssFeed(["Two", "One"]));
  await publisher.publish(node.dataFolder);

  const answers: string[][] = [];
  for (const task of ["edge", "edge:parallel"] as const) {
    await using edge = await startEdge({ PEERS: node.url }, task);
    for (let visit = 0; visit < 2; visit++) {
      const bodies: string[] = [];
      for (const path of ["", "/feed.xml", "/atom.xml", "/feed.json", "/pointer.json"]) {
        const answer = await fetch(`${edge.url}/${publisher.address}${path}`, { headers: BROWSER });
        bodies.push(`${path} ${answer.headers.get("ETag")} ${await digest(await answer.bytes())}`);
        assert.equal(answer.status, 200, path);
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
  const pointer = await (await fetch(`${node.url}/v1/pointers/${publisher.address}`)).text();

  await using edge = await startEdge({ PEERS: other.url });
  const url = `/v1/pointers/${publisher.address}`;
  const put = await fetch(edge.url + url, { method: "PUT", body: pointer });
  assert.equal(put.status, 204, await put.text());
  const held = await fetch(other.url + url);
  assert.equal(await held.text(), pointer);
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

Deno.test("arguments are refused: they come too late for `deno serve` to see them", async () => {
  const { command, args } = taskCommand("edge", ["--parallel"]);
  const process = new Deno.Command(command, { args, stdin: "null" });
  const { code, stderr } = await process.output();
  assert.equal(code, 2);
  assert.match(new TextDecoder().decode(stderr), /no arguments: --parallel\..*edge:parallel/);
});

Deno.test("a wrong address of its own ends it before it listens, and is told by the setting's name", async () => {
  for (const name of ["PUBLIC_URL", "ONION_URL"]) {
    const { command, args } = taskCommand("edge");
    const entry = args.pop();
    assert.ok(entry !== undefined);
    const env = { [name]: "gateway.example" };
    const process = new Deno.Command(command, {
      args: [...args, "--port", "0", entry],
      env,
      stdin: "null",
    });
    const { code, stdout, stderr } = await process.output();
    assert.equal(code, 1);
    assert.match(
      new TextDecoder().decode(stderr),
      new RegExp(`The setting ${name} cannot be used`),
    );
    assert.doesNotMatch(new TextDecoder().decode(stdout), /answers at/);
  }
});
