import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { makeSigner } from "../support/pointers.ts";
import { ROOT } from "../support/task_process.ts";
import { type DelayRelay, startDelayRelay } from "./delay_relay.ts";
import { freePorts } from "../support/free_ports.ts";
import type { NodesPlan, OrderName, Orders } from "./network_orders.ts";

/** Processes that are starting at the same time: each keeps a core busy for a second. */
const STARTING_AT_ONCE = 2;
/** Enough for every record to find its place; the engine meets the others by and by. */
export const KNOWN_NODES = 15;
const JOIN_MILLISECONDS = 60_000;

/** A process of network_node.ts. */
export interface SteeredProcess extends AsyncDisposable {
  /** Carries out an order; orders to one process are carried out one after another. */
  ask<Name extends OrderName>(
    order: Name,
    ask: Orders[Name]["ask"],
  ): Promise<Orders[Name]["answer"]>;
  /** `kill -9`. */
  kill(): Promise<void>;
  signal(signal: "SIGSTOP" | "SIGCONT"): void;
}

/** A process with one node, and the relay that stands before it. */
export interface BenchNode extends SteeredProcess {
  readonly relay: DelayRelay;
}

/** Nodes in processes of their own that reach each other through relays only. */
export interface BenchNetwork extends AsyncDisposable {
  readonly nodes: readonly BenchNode[];
  /** Starts more of them, and waits until all have joined. */
  grow(size: number): Promise<void>;
  /** What went through all relays so far. */
  bytes(): number;
}

/** Starts a process. It answers orders as soon as its nodes listen. */
export function startSteered(plan: NodesPlan): SteeredProcess {
  const child = spawn(
    Deno.execPath(),
    ["run", "--allow-all", "--no-check", "tests/bench/network_node.ts", JSON.stringify(plan)],
    { cwd: ROOT, stdio: ["pipe", "pipe", "inherit"] },
  );
  const { pid } = child;
  if (pid === undefined) throw new Error("Deno cannot be started.");
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();

  const kill = async () => {
    if (child.exitCode === null && child.signalCode === null) Deno.kill(pid, "SIGKILL");
    await ended;
  };

  return {
    ask(order, ask) {
      child.stdin.write(`${JSON.stringify({ order, ...ask })}\n`);
      const answer = last.then(async () => {
        const { done, value } = await lines.next();
        if (done) throw new Error(`The node ended at the order "${order}".`);
        return JSON.parse(value);
      });
      last = answer.catch(() => {});
      return answer;
    },
    kill,
    signal: (signal) => Deno.kill(pid, signal),
    [Symbol.asyncDispose]: kill,
  };
}

/** The first ones start the network; every further node enters through the first. */
export async function startBenchNetwork(
  { size, delayMilliseconds, memoSize = () => 10_000 }: {
    size: number;
    delayMilliseconds: number;
    memoSize?: (place: number) => number;
  },
): Promise<BenchNetwork> {
  const nodes: BenchNode[] = [];
  let entry = "";

  async function start(place: number, port: number): Promise<void> {
    const relay = await startDelayRelay({ targetPort: port, delayMilliseconds });
    const listen = `/ip4/127.0.0.1/tcp/${port}`;
    const announce = `/ip4/127.0.0.1/tcp/${relay.port}`;
    const steered = startSteered({
      nodes: [{ bootstrap: entry, listen, announce }],
      memoSize: memoSize(place),
    });
    nodes[place] = {
      ...steered,
      relay,
      async [Symbol.asyncDispose]() {
        await steered.kill();
        await relay[Symbol.asyncDispose]();
      },
    };
    const { addresses } = await steered.ask("start", {});
    entry ||= addresses.join(",");
  }

  async function grow(to: number): Promise<void> {
    const ports = await freePorts(to - nodes.length);
    if (entry === "") await start(0, ports.shift() ?? 0);
    while (ports.length > 0) {
      const batch = ports.splice(0, STARTING_AT_ONCE);
      const first = nodes.length;
      await Promise.all(batch.map((port, index) => start(first + index, port)));
    }
    // One after another: all at once would keep the machine busy with nothing but walks.
    for (const node of nodes) await joined(node, Math.min(to - 1, KNOWN_NODES));
  }

  const network: BenchNetwork = {
    nodes,
    grow,
    bytes: () => nodes.reduce((sum, { relay }) => sum + relay.bytes(), 0),
    async [Symbol.asyncDispose]() {
      await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
    },
  };
  try {
    await grow(size);
    return network;
  } catch (error) {
    await network[Symbol.asyncDispose]();
    throw error;
  }
}

/** Nodes that come at the same moment meet by what they ask others, as they do in life. */
export async function joined(node: SteeredProcess, known: number): Promise<void> {
  const end = performance.now() + JOIN_MILLISECONDS;
  while ((await node.ask("figures", {})).routingTable < known) {
    if (performance.now() > end) throw new Error(`A node did not get to know ${known} others.`);
    await node.ask("lookUp", { address: makeSigner().identity.address });
  }
}
