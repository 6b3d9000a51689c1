import { ROOT } from "../support/task_process.ts";
import { median, progress } from "./measure.ts";
import { joined, KNOWN_NODES, startBenchNetwork, startSteered } from "./network_nodes.ts";

const SIZE = 20;
const MEGABYTE = 1024 * 1024;
const LOOPBACK = "/ip4/127.0.0.1/tcp/0";

/** What a node weighs alone in its process, and one more in a process that has others. */
export async function benchMemory(): Promise<string[]> {
  progress("network: memory");
  const bare = await bareDeno();
  const alone = await inProcessesOfTheirOwn();
  const together = await inOneProcess();
  const further = (together - alone) / (SIZE - 1);
  return [
    `resident memory of a node that knows ${SIZE - 1} others`,
    `  in a process of its own: ${megabytes(alone)}; a bare Deno: ${megabytes(bare)},` +
    ` so that the node itself is ${megabytes(alone - bare)}`,
    `  ${SIZE} in one process: ${megabytes(together)}, ${megabytes(further)} for each further one`,
  ];
}

async function inProcessesOfTheirOwn(): Promise<number> {
  await using network = await startBenchNetwork({ size: SIZE, delayMilliseconds: 0 });
  const figures = await Promise.all(network.nodes.map((node) => node.ask("figures", {})));
  return median(figures.map(({ residentBytes }) => residentBytes));
}

async function inOneProcess(): Promise<number> {
  const node = { bootstrap: "", listen: LOOPBACK, announce: "" };
  await using process = startSteered({
    nodes: Array.from({ length: SIZE }, () => node),
    memoSize: 10_000,
  });
  await joined(process, KNOWN_NODES);
  return (await process.ask("figures", {})).residentBytes;
}

async function bareDeno(): Promise<number> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "console.log(Deno.memoryUsage().rss)"],
    cwd: ROOT,
  }).output();
  return Number(new TextDecoder().decode(stdout));
}

function megabytes(bytes: number): string {
  return `${(bytes / MEGABYTE).toFixed(0)} MB`;
}
