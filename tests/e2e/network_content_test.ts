import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { type GatewayProcess, startGateway } from "../support/gateway_process.ts";
import { makePublisher, rssFeed } from "../support/publish.ts";
import { ROOT, taskCommand } from "../support/task_process.ts";

/** All nodes of the test are on loopback, and have no peers over HTTP. */
const LOOPBACK = { ALLOW_PRIVATE: "127.0.0.0/8", PEERS: "", TRUSTLESS_GATEWAYS: "" };

function multiaddress(node: GatewayProcess): string {
  const [, address] = /^ {2}(\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/\w+)$/m.exec(node.output()) ?? [];
  assert.ok(address !== undefined, node.output());
  return address;
}

/** What `deno task resolve` prints about who holds the content. */
async function heldBy(address: string, node: GatewayProcess): Promise<string> {
  const { command, args } = taskCommand("resolve", [address]);
  const env = { ...LOOPBACK, DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1", DATA_DIR: node.dataFolder };
  const { stdout } = await new Deno.Command(command, { args, cwd: ROOT, env, stdin: "null" })
    .output();
  return /^Held by: +(.*)$/m.exec(new TextDecoder().decode(stdout))?.[1] ?? "";
}

Deno.test("a feed is read at nodes that only the DHT joins, also from a reader's node when the publisher is dead", async () => {
  await using publisher = await makePublisher();
  await using first = await startGateway(LOOPBACK);
  const environment = { ...LOOPBACK, BOOTSTRAP: multiaddress(first) };
  await using second = await startGateway(environment);
  await using third = await startGateway({ ...LOOPBACK, BOOTSTRAP: multiaddress(second) });
  await publisher.write("feed.xml", rssFeed(["One"]));
  await publisher.publish(first.dataFolder);
  assert.equal(await heldBy(publisher.address, first), "1 place, asked just now");

  const feed = await fetch(`${second.url}/${publisher.address}/feed.xml?raw`);
  assert.match(await feed.text(), /One/);
  await eventually(
    "two places hold it",
    async () => await heldBy(publisher.address, first) === "2 places, asked just now",
  );

  await first.kill();
  const again = await fetch(`${third.url}/${publisher.address}/feed.xml?raw`);
  assert.match(await again.text(), /One/);
});
