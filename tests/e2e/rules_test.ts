import assert from "node:assert/strict";
import { rawTree } from "../support/blocks.ts";
import { startEdge } from "../support/edge_process.ts";
import { eventually } from "../support/eventually.ts";
import { startGateway } from "../support/gateway_process.ts";
import { makePublisher, rssFeed } from "../support/publish.ts";
import { listFile } from "../support/rule_lists.ts";
import { patterned } from "../support/source_files.ts";
import { ROOT, runTask, taskCommand } from "../support/task_process.ts";

const BROWSER = { "Sec-Fetch-Dest": "document", Accept: "text/html,*/*;q=0.8" };

async function status(url: string, headers: Record<string, string> = {}): Promise<number> {
  const answer = await fetch(url, { headers });
  await answer.body?.cancel();
  return answer.status;
}

/** What `deno task resolve` prints for people, and its exit status. */
async function resolve(address: string, environment: Record<string, string>) {
  const { command, args } = taskCommand("resolve", [address]);
  const { code, stderr } = await new Deno.Command(command, {
    args,
    cwd: ROOT,
    env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1", TRUSTLESS_GATEWAYS: "", ...environment },
    stdin: "null",
  }).output();
  return { code, said: new TextDecoder().decode(stderr) };
}

Deno.test("a denied wallet is refused without a restart, and `resolve` says so", async () => {
  await using publisher = await makePublisher();
  await using list = await listFile("# Nobody yet\n");
  await using gateway = await startGateway({ DENYLIST: list.path });
  await publisher.write("feed.xml", rssFeed(["One"]));
  await publisher.publish(gateway.dataFolder);
  const page = `${gateway.url}/${publisher.address}`;
  assert.equal(await status(page), 200);
  const { cid } = await (await fetch(`${page}/pointer.json`)).json();
  const file = `${gateway.url}/ipfs/${cid}/feed.xml`;
  assert.equal(await status(file), 200);
  const environment = { DATA_DIR: gateway.dataFolder, DENYLIST: list.path };
  assert.equal((await resolve(publisher.address, environment)).code, 0);

  await list.replace(`/ourspace/${publisher.address}\n`);
  await eventually("the list is heeded", async () => await status(page) === 451);
  for (const form of ["/feed.xml", "/atom.xml", "/feed.json", "/pointer.json", "/qr.svg"]) {
    assert.equal(await status(page + form), 451, form);
  }
  assert.equal(await status(`${gateway.url}/v1/pointers/${publisher.address}`), 451);
  for (const form of ["", "?format=raw", "?format=car"]) {
    assert.equal(await status(file.replace("/feed.xml", "") + form), 451, form);
  }
  const refused = await fetch(page, { headers: BROWSER });
  assert.match(await refused.text(), /<h1>Not served here<\/h1>/);

  const running = await resolve(publisher.address, environment);
  assert.equal(running.code, 4, running.said);
  assert.match(running.said, /operator of this gateway does not serve/);
  assert.equal(await gateway.interrupt(), 0);
  const alone = await resolve(publisher.address, environment);
  assert.equal(alone.code, 4, alone.said);
});

Deno.test("an edge gateway says what its node refuses, apart from what is unknown and who is silent", async () => {
  await using publisher = await makePublisher();
  await using list = await listFile("# Nobody yet\n");
  await using node = await startGateway({ DENYLIST: list.path });
  await publisher.write("feed.xml", rssFeed(["One"]));
  await publisher.publish(node.dataFolder);
  const { cid } = await (await fetch(`${node.url}/${publisher.address}/pointer.json`)).json();
  const pages = [`/${publisher.address}`, `/${publisher.address}/pointer.json`];
  const file = `/ipfs/${cid}/feed.xml`;
  await using warm = await startEdge({ PEERS: node.url });
  for (const path of [...pages, file]) assert.equal(await status(warm.url + path), 200, path);

  await list.replace(`/ourspace/${publisher.address}\n/ipfs/${cid}\n`);
  const pointer = `${node.url}/v1/pointers/${publisher.address}`;
  await eventually("the list is heeded", async () => await status(pointer) === 451);
  await using edge = await startEdge({ PEERS: node.url });
  for (const path of [...pages, file]) assert.equal(await status(edge.url + path), 451, path);
  const page = await fetch(`${edge.url}/${publisher.address}`, { headers: BROWSER });
  assert.match(await page.text(), /A peer of this gateway does not serve/);
  for (const path of pages) {
    await eventually(
      "it is refused by who had read it",
      async () => await status(warm.url + path) === 451,
    );
  }
  const nobody = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
  assert.equal(await status(`${edge.url}/${nobody}`), 404);
  const unknown = "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq";
  assert.equal(await status(`${edge.url}/ipfs/${unknown}`), 404);

  await list.replace("# Nobody any more\n");
  await eventually("it is served again", async () => await status(edge.url + pages[0]) === 200);
  assert.equal(await status(edge.url + file), 200);
  await node.kill();
  assert.equal(await status(`${edge.url}/0x920bE5CDd67Bd86d058029318a43C7401Dd9D684`), 503);
});

Deno.test("at a node that comes to refuse a wallet nothing can be published for it, and its feed is not held any more", async () => {
  await using publisher = await makePublisher();
  await using list = await listFile("# Nobody yet\n");
  await using node = await startGateway({ DENYLIST: list.path });
  await publisher.write("feed.xml", rssFeed(["One"]));
  await publisher.publish(node.dataFolder);
  const followed = await runTask("follow", [publisher.address], node.dataFolder);
  assert.equal(followed.code, 0, followed.notes);
  const page = async () => await (await fetch(`${node.url}/status`)).text();
  await eventually("it is held", async () => /Held whole/.test(await page()));

  await list.replace(`/ourspace/${publisher.address}\n`);
  await eventually("the list is heeded", async () => /Refused by this node/.test(await page()));
  assert.doesNotMatch(await page(), /Held whole/);
  const metrics = await (await fetch(`${node.url}/metrics`)).text();
  assert.match(metrics, /^ourspace_followed_feeds\{state="refused"\} 1$/m);
  await assert.rejects(
    publisher.publish(node.dataFolder),
    /Error: Your node refuses 0x[0-9a-fA-F]{40} by DENYLIST or ALLOWLIST/,
  );
  const { result } = await runTask("following", [], node.dataFolder);
  assert.match(result, new RegExp(`^${publisher.address} +refused`, "m"));
});

Deno.test("a gateway whose list cannot be used does not start, and says why", async () => {
  await assert.rejects(
    startGateway({ DENYLIST: "/nowhere/list.deny" }),
    /DENYLIST: \/nowhere\/list\.deny cannot be used\. There is no such file/,
  );
});

Deno.test("whoever is denied takes nothing with them that this node keeps for others", async () => {
  await using victim = await makePublisher();
  await using denied = await makePublisher();
  await using list = await listFile("# Nobody yet\n");
  await using node = await startGateway({ DENYLIST: list.path });
  await victim.write("feed.xml", rssFeed(["One"]));
  await victim.write("beside.txt", patterned(1_000));
  await victim.publish(node.dataFolder);
  const { root: beside } = await rawTree(patterned(1_000));
  const { root: own } = await rawTree(patterned(2_000));
  const { cid } = await (await fetch(`${node.url}/${victim.address}/pointer.json`)).json();
  const pictures = [cid, beside, own].map((cid) => `&lt;img src="ipfs://${cid}"&gt;`);
  await denied.write("feed.xml", rssFeed(["Two"]).replace("About Two.", pictures.join("")));
  await denied.write("own.txt", patterned(2_000));
  await denied.publish(node.dataFolder);
  assert.equal(await status(`${node.url}/${denied.address}`), 200);

  await list.replace(`/ourspace/${denied.address}\n`);
  await eventually(
    "the list is heeded",
    async () => await status(`${node.url}/${denied.address}`) === 451,
  );
  for (const form of ["", "/feed.xml", "?format=raw", "?format=car"]) {
    assert.equal(await status(`${node.url}/ipfs/${cid}${form}`), 200, form);
  }
  assert.equal(await status(`${node.url}/ipfs/${beside}?format=raw`), 200);
  assert.equal(await status(`${node.url}/ipfs/${own}?format=raw`), 451);
});
