import { identityText } from "../../schemas/identity.ts";
import { type GatewayProcess, startGateway } from "../support/gateway_process.ts";
import { makeSigner, type Signer, verifiedPointer } from "../support/pointers.ts";
import { median } from "./measure.ts";

const ROUNDS = 40;
const FOLLOWERS = 10;
/** A pointer that has not come by then never comes. */
const PATIENCE_MILLISECONDS = 20_000;

/**
 * From the 204 that a publisher gets to the moment at which a follower answers with the pointer; beside
 * it, in the same rounds, a client that waits on the publisher's node with a bare long poll.
 */
export async function benchPush(): Promise<string[]> {
  await using first = await startGateway({ DHT_LISTEN: "" });
  await using second = await startGateway({ PEERS: first.url, DHT_LISTEN: "" });
  await using third = await startGateway({ PEERS: second.url, DHT_LISTEN: "" });
  const near: number[] = [];
  const far: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const poll = nextChange(first, await newestCursor(first));
    const times = await publish(first, [second, third]);
    bare.push((await poll) - times.acknowledgedAt);
    near.push(times.seen[0] ?? NaN);
    far.push(times.seen[1] ?? NaN);
  }
  await third.kill();
  await using followers = new AsyncDisposableStack();
  const all = [second];
  while (all.length < FOLLOWERS) {
    all.push(followers.use(await startGateway({ PEERS: first.url, DHT_LISTEN: "" })));
  }
  const last: number[] = [];
  const each: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { seen } = await publish(first, all);
    each.push(...seen);
    last.push(Math.max(...seen));
  }
  return [
    line("update to visible, one follower", near, bare),
    line("update to visible, at the end of a chain of three", far, bare),
    line(`update to visible, each of ${FOLLOWERS} followers of one node`, each, bare),
    line(`update to visible, the last of ${FOLLOWERS} followers of one node`, last, bare),
    `bare long poll: median ${median(bare).toFixed(1)} ms, p95 ${percentile95(bare).toFixed(1)} ms`,
  ];
}

/** Puts a new pointer to a node. Gives when each of the others answered with it, after the 204. */
async function publish(
  node: GatewayProcess,
  others: readonly GatewayProcess[],
): Promise<{ acknowledgedAt: number; seen: number[] }> {
  const signer = makeSigner();
  const { bytes } = await verifiedPointer(signer);
  const path = `/v1/pointers/${identityText(signer.identity)}`;
  const response = await fetch(node.url + path, { method: "PUT", body: bytes });
  if (response.status !== 204) throw new Error(`The node answered ${response.status}.`);
  const acknowledgedAt = performance.now();
  const seen = await Promise.all(others.map(async (other) => {
    await untilVisible(other, signer);
    return performance.now() - acknowledgedAt;
  }));
  return { acknowledgedAt, seen };
}

async function untilVisible(node: GatewayProcess, { identity }: Signer): Promise<void> {
  const end = performance.now() + PATIENCE_MILLISECONDS;
  while (performance.now() < end) {
    const response = await fetch(`${node.url}/v1/pointers/${identityText(identity)}`);
    await response.body?.cancel();
    if (response.status === 200) return;
  }
  throw new Error("The pointer never came.");
}

/** Where a client stands that has read every change. */
async function newestCursor(node: GatewayProcess): Promise<string> {
  let since = "0";
  for (;;) {
    const page: { cursor: string; pointers: unknown[] } =
      await (await fetch(`${node.url}/v1/pointers?since=${since}&limit=1000`)).json();
    if (page.pointers.length === 0) return since;
    since = page.cursor;
  }
}

/** When a client that waits for the node's next change has it. */
async function nextChange(node: GatewayProcess, since: string): Promise<number> {
  await (await fetch(`${node.url}/v1/pointers?since=${since}&wait=25`)).bytes();
  return performance.now();
}

function line(name: string, milliseconds: readonly number[], bare: readonly number[]): string {
  const ratio = median(milliseconds) / Math.max(1, median(bare));
  return `${name}: median ${median(milliseconds).toFixed(1)} ms, p95 ${
    percentile95(milliseconds).toFixed(1)
  } ms, ${ratio.toFixed(1)} × of a bare long poll (less than 1,000 ms)`;
}

function percentile95(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? NaN;
}
