import assert from "node:assert/strict";
import { type GatewayProcess, startGateway } from "../support/gateway_process.ts";
import { makePublisher, rssFeed } from "../support/publish.ts";
import { ROOT, taskCommand } from "../support/task_process.ts";

const QUIET = { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1", TRUSTLESS_GATEWAYS: "", PEERS: "" };
/** All nodes of a test are on loopback. */
const LOOPBACK = { ALLOW_PRIVATE: "127.0.0.0/8" };

/** The multiaddresses that a node printed when it started. */
function addresses(node: GatewayProcess): { tcp: string; webSocket: string } {
  const printed = [...node.output().matchAll(/^ {2}(\/ip4\/127\S+\/p2p\/\w+)$/gm)];
  const all = printed.map(([, address = ""]) => address);
  const webSocket = all.find((address) => address.includes("/ws/"));
  const tcp = all.find((address) => !address.includes("/ws/"));
  assert.ok(tcp !== undefined && webSocket !== undefined, node.output());
  return { tcp, webSocket };
}

/** `deno task resolve`, its exit status and what it printed. */
async function resolve(args: readonly string[], environment: Record<string, string>) {
  const { command, args: words } = taskCommand("resolve", args);
  const env = { ...QUIET, ...LOOPBACK, ...environment };
  const run = new Deno.Command(command, { args: words, cwd: ROOT, env, stdin: "null" });
  const { code, stdout, stderr } = await run.output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), error: decoder.decode(stderr) };
}

Deno.test("three nodes, two of them joined by one open port: what one publishes all find, also when it is dead", async () => {
  await using publisher = await makePublisher();
  await using first = await startGateway(LOOPBACK);
  const { tcp, webSocket } = addresses(first);
  await using second = await startGateway({ ...LOOPBACK, BOOTSTRAP: tcp });
  await using third = await startGateway({ ...LOOPBACK, BOOTSTRAP: webSocket });
  await publisher.write("feed.xml", rssFeed(["One"]));
  const report = await publisher.publish(first.dataFolder);
  assert.match(report, /^Network: {3}\d nodes? holds? it/m);
  const { address } = publisher;

  for (const node of [first, second, third]) {
    const found = await resolve([address, "--json"], { DATA_DIR: node.dataFolder });
    assert.equal(found.code, 0, found.error);
    const { winner, sources } = JSON.parse(found.out);
    assert.ok(winner.agreeing >= 1);
    assert.ok(sources.some(({ source }: { source: string }) => source === "dht"));
  }

  await first.kill();
  for (const node of [second, third]) {
    const pointer = await fetch(`${node.url}/${address}/pointer.json`);
    assert.equal(pointer.status, 200);
    assert.equal((await pointer.json()).address, address);
  }
  const status = await (await fetch(`${second.url}/status`)).text();
  assert.match(status, /<h1>This node/);
  const nobody = await resolve([`0x${"0".repeat(39)}1`], { DATA_DIR: second.dataFolder });
  assert.equal(nobody.code, 1, nobody.out + nobody.error);
});

Deno.test("without a running node, publish and resolve enter the network themselves", async () => {
  await using publisher = await makePublisher();
  await using node = await startGateway(LOOPBACK);
  const environment = { ...LOOPBACK, BOOTSTRAP: addresses(node).tcp };
  const home = await Deno.makeTempDir({ prefix: "ourspace-" });
  try {
    await publisher.write("feed.xml", rssFeed(["One"]));
    const report = await publisher.publish(`${home}/publisher`, environment);
    assert.match(report, /^Network: {3}1 node holds it$/m);
    const held = await fetch(`${node.url}/v1/pointers/${publisher.address}`);
    assert.equal(held.status, 200);
    await held.body?.cancel();
    const found = await resolve([publisher.address], {
      ...environment,
      DATA_DIR: `${home}/reader`,
    });
    assert.equal(found.code, 0, found.error);
    assert.match(found.out, /^dht +newest/m);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("what is no name is a wrong question", async () => {
  const { code, error } = await resolve(["localhost"], {});
  assert.equal(code, 2);
  assert.match(error, /localhost/);
});
