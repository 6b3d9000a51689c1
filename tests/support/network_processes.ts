import assert from "node:assert/strict";
import type { Identity } from "../../schemas/identity.ts";
import { identityText } from "../../schemas/identity.ts";
import { eventually } from "./eventually.ts";
import { freePorts } from "./free_ports.ts";
import { startServerProcess, taskCommand } from "./task_process.ts";

/** The start-up lines, whole: the first has the address, the last comes when all is ready. */
const READY = /OurSpace is ready\. Open (http:\/\/[^/]+)\/[^]*Ctrl-C ends it\./;

/** The node's own limit is 10 s, and what it has to do beside may take as long on a busy machine. */
const REQUEST_MILLISECONDS = 60_000;
/** A node lets requests under way end for 10 s when it is told to stop. */
const STOP_MILLISECONDS = 60_000;

/** A node in a process of its own, asked by HTTP. */
export interface NodeProcess extends AsyncDisposable {
  /** Where it answers, e.g. `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly dataFolder: string;
  /** What its start-up lines offer for another's BOOTSTRAP. */
  readonly addresses: readonly string[];
  /** Everything it has printed so far. */
  output(): string;
  /** Hands it a pointer and gives the answer's status. */
  offer(identity: Identity, bytes: Uint8Array<ArrayBuffer>): Promise<number>;
  /** The pointer that it finds, in its store or in the network; null: it found none. */
  find(identity: Identity): Promise<string | null>;
  /** The pointer that it holds itself: nobody is asked. */
  held(identity: Identity): Promise<string | null>;
  /** A figure of `/metrics`, with its label, e.g. `ourspace_network_connections`. */
  figure(name: string): Promise<number>;
  /** Ctrl-C, and its exit code. Throws when it does not end in time. */
  interrupt(): Promise<number>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Starts it again after it has ended: same folder, same port, same settings. */
  restart(): Promise<NodeProcess>;
}

export interface NodeProcessOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly task?: "node" | "start";
  /** Words before the command, e.g. of a program that changes the network namespace. */
  readonly through?: readonly string[];
}

/**
 * Starts a node on a free port of loopback, unless its environment says another one; its data are gone when
 * its scope ends. The port is none that the system would give to somebody else between two starts.
 */
export async function startNodeProcess(options: NodeProcessOptions = {}): Promise<NodeProcess> {
  const { PORT = `${(await freePorts(1))[0]}` } = options.environment ?? {};
  const environment = { ...options.environment, PORT };
  const dataFolder = await Deno.makeTempDir({ prefix: "ourspace-" });
  try {
    return await startIn(dataFolder, { ...options, environment });
  } catch (error) {
    await Deno.remove(dataFolder, { recursive: true });
    throw error;
  }
}

async function startIn(dataFolder: string, options: NodeProcessOptions): Promise<NodeProcess> {
  const { environment = {}, task = "node", through = [] } = options;
  const { url, output, stop } = await startServerProcess(
    taskCommand(task).args,
    { DATA_DIR: dataFolder, ALLOW_PRIVATE: "127.0.0.0/8", ...environment },
    READY,
    through,
  );
  const route = (identity: Identity) => `${url}/v1/pointers/${identityText(identity)}`;

  return {
    url,
    dataFolder,
    addresses: [...output().matchAll(/^ +(\/\S+\/p2p\/\w+)$/gm)].map(([, found]) => found ?? ""),
    output,
    async offer(identity, bytes) {
      const answer = await ask(route(identity), { method: "PUT", body: bytes });
      await answer.body?.cancel();
      return answer.status;
    },
    find: async (identity) => await pointerIn(await ask(route(identity))),
    held: async (identity) =>
      await pointerIn(
        await ask(route(identity), { headers: { "Cache-Control": "only-if-cached" } }),
      ),
    async figure(name) {
      const lines = (await (await ask(`${url}/metrics`)).text()).split("\n");
      const line = lines.find((line) => line.startsWith(`${name} `));
      assert.ok(line !== undefined, `${name} is no figure of ${lines.join("\n")}`);
      return Number(line.slice(name.length));
    },
    async interrupt() {
      const timer = setTimeout(() => void stop("SIGKILL"), STOP_MILLISECONDS);
      const code = await stop("SIGINT");
      clearTimeout(timer);
      return code;
    },
    kill: async () => void await stop("SIGKILL"),
    restart: () => startIn(dataFolder, options),
    async [Symbol.asyncDispose]() {
      await stop("SIGKILL");
      await Deno.remove(dataFolder, { recursive: true }).catch(() => {});
    },
  };
}

function ask(url: string, request: RequestInit = {}): Promise<Response> {
  return fetch(url, { ...request, signal: AbortSignal.timeout(REQUEST_MILLISECONDS) });
}

async function pointerIn(answer: Response): Promise<string | null> {
  const text = await answer.text();
  if (answer.status === 404) return null;
  assert.equal(answer.status, 200, text);
  return text;
}

/** Nodes in processes of their own, as they are one after another killed and started again. */
export interface NodeProcesses extends AsyncDisposable {
  /** Those that run now are replaced by `restart`. */
  readonly nodes: readonly NodeProcess[];
  /** Starts the node in this place again. */
  restart(index: number): Promise<NodeProcess>;
}

/** Starts nodes that join through the first of them, and waits until all know each other. */
export async function startNodeProcesses(
  size: number,
  options: (index: number) => NodeProcessOptions = () => ({}),
): Promise<NodeProcesses> {
  const nodes: NodeProcess[] = [];
  const stopAll = async () => {
    await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
  };
  const start = async (index: number) => {
    const { environment, ...others } = options(index);
    const BOOTSTRAP = nodes[0]?.addresses.join(",") ?? "";
    nodes[index] = await startNodeProcess({
      ...others,
      environment: { BOOTSTRAP, ...environment },
    });
  };
  try {
    await start(0);
    const outcomes = await Promise.allSettled(
      Array.from({ length: size - 1 }, (_, index) => start(index + 1)),
    );
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    await knowEachOther(nodes);
  } catch (error) {
    await stopAll();
    throw error;
  }
  return {
    nodes,
    async restart(index) {
      const stopped = nodes[index];
      assert.ok(stopped !== undefined);
      return nodes[index] = await stopped.restart();
    },
    [Symbol.asyncDispose]: stopAll,
  };
}

/** Waits until each node has all the others in its routing table. */
export async function knowEachOther(nodes: readonly NodeProcess[]): Promise<void> {
  await Promise.all(
    nodes.map((node) =>
      eventually(`${node.url} has ${nodes.length - 1} nodes in its routing table`, async () => {
        return await node.figure("ourspace_network_routing_table_nodes") >= nodes.length - 1;
      })
    ),
  );
}

/**
 * Publishes at a node, and waits until it has put the pointer into the network, or a follower of its
 * changes was faster and put it to the node itself, which then leaves it at that. Who asks earlier is
 * told "not known", which is then remembered for 10 s.
 */
export async function publish(
  node: NodeProcess,
  identity: Identity,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const puts = async () =>
    await node.figure('ourspace_network_puts_total{outcome="confirmed"}') +
    await node.figure('ourspace_network_messages_total{kind="PUT_VALUE"}').catch(() => 0);
  const before = await puts();
  assert.equal(await node.offer(identity, bytes), 204);
  await eventually(`${node.url} has put it`, async () => await puts() > before);
}

/** Waits until each node answers with exactly this pointer. */
export async function allFind(
  nodes: readonly NodeProcess[],
  identity: Identity,
  bytes: Uint8Array,
): Promise<void> {
  const expected = new TextDecoder().decode(bytes);
  await Promise.all(
    nodes.map((node) =>
      eventually(`${node.url} answers with ${expected}`, async () => {
        return await node.find(identity) === expected;
      })
    ),
  );
}
