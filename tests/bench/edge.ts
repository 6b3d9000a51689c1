import { startEdge } from "../support/edge_process.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { rssFeed } from "../support/publish.ts";
import { ROOT, taskCommand } from "../support/task_process.ts";
import { openTestGateway } from "../support/test_gateway.ts";
import { freePorts } from "../support/free_ports.ts";
import { median } from "./measure.ts";
import { SENDER } from "../support/nodes.ts";

const ROUNDS = 7;
const FEEDS = 1_000;
const REQUESTS = 10_000;
const AT_ONCE = 8;
const BROWSER = { "Sec-Fetch-Dest": "document", Accept: "text/html,*/*;q=0.8" };

/** Edge mode: how long a process takes to its first answer, and whether its memory stays flat. */
export async function benchEdge(): Promise<string[]> {
  return [...await coldStart(), await memory()];
}

async function coldStart(): Promise<string[]> {
  const { args } = taskCommand("edge");
  args.pop();
  const bare: number[] = [];
  const front: number[] = [];
  const whole: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(await firstAnswer([...args, "tests/bench/bare_hono.ts"], "/health"));
    front.push(await firstAnswer([...args, "gateway/main.ts"], "/"));
    whole.push(
      await firstAnswer([...args, "gateway/main.ts"], `/${makeSigner().identity.address}`),
    );
  }
  return [
    `edge, process start to first answer: ${
      ratio(front, bare)
    } × of a bare Deno + Hono "ok" (at most 2.00)`,
    `edge, process start to first answer that needs the whole gateway: ${
      ratio(whole, bare)
    } × of a bare Deno + Hono "ok"`,
  ];
}

/** Milliseconds from the start of a `deno serve` to the end of its first answer. */
async function firstAnswer(args: readonly string[], path: string): Promise<number> {
  const [port] = await freePorts(1);
  const [subcommand = "serve", ...rest] = args;
  const started = performance.now();
  const process = new Deno.Command(Deno.execPath(), {
    args: [subcommand, "--port", `${port}`, ...rest],
    cwd: ROOT,
    env: { DENO_NO_UPDATE_CHECK: "1", TRUSTLESS_GATEWAYS: "", PEERS: "" },
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => null);
      if (answer === null) continue;
      await answer.arrayBuffer();
      return performance.now() - started;
    }
  } finally {
    process.kill("SIGKILL");
    await process.status;
  }
}

/** Resident memory after 20,000 requests over 1,000 feeds by that after 10,000. */
async function memory(): Promise<string> {
  await using node = await openTestGateway();
  const paths: string[] = [];
  for (let index = 0; index < FEEDS; index++) {
    const signer = makeSigner();
    const cid = await node.add({ "feed.xml": rssFeed([`Two ${index}`, `One ${index}`]) });
    node.node.pointers.put(await verifiedPointer(signer, { cid }), SENDER);
    paths.push(`/${signer.identity.address}`);
  }
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request, { remoteAddr }) =>
      node.gateway.fetch(request, { remoteAddress: remoteAddr.hostname }),
  );
  await using edge = await startEdge({ PEERS: `http://127.0.0.1:${server.addr.port}` });
  await visitAll(edge.url, paths);
  const half = residentKilobytes(edge.process.pid);
  await visitAll(edge.url, paths);
  const whole = residentKilobytes(edge.process.pid);
  return `edge, memory after ${2 * REQUESTS} requests over ${FEEDS} feeds (${
    Math.round(whole / 1024)
  } MB): ${(whole / half).toFixed(2)} × of that after ${REQUESTS} (at most 1.10)`;
}

async function visitAll(url: string, paths: readonly string[]): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (next < REQUESTS) {
      const path = paths[next++ % paths.length] ?? "";
      const headers: Record<string, string> = next % 2 === 0 ? BROWSER : {};
      const answer = await fetch(url + path, { headers });
      const text = await answer.text();
      if (answer.status !== 200) throw new Error(`${answer.status}: ${text}`);
    }
  }));
}

function residentKilobytes(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]);
}

function ratio(measured: number[], reference: number[]): string {
  return (median(measured) / median(reference)).toFixed(2);
}
