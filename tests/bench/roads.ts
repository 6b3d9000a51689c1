import type { CID } from "multiformats/cid";
import { kuboBlocks } from "../../resolver/blocks/kubo.ts";
import { peerBlocks } from "../../resolver/blocks/peers.ts";
import { trustlessGatewayBlocks } from "../../resolver/blocks/trustless_gateway.ts";
import { createContentReader } from "../../resolver/content/create.ts";
import { buildFileDag } from "../../resolver/content/dag_builder.ts";
import { RAW } from "../../resolver/content/cid.ts";
import { contentLimits } from "../../resolver/content/limits.ts";
import type { BlockSource, Part } from "../../resolver/contracts.ts";
import { openNode } from "../../resolver/node/open_node.ts";
import { carOf } from "../support/cars.ts";
import { startGateway } from "../support/gateway_process.ts";
import { startKubo } from "../support/kubo.ts";
import { partContext } from "../support/parts.ts";
import { memoryFile, patterned } from "../support/source_files.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { findTool } from "../support/tools.ts";
import { startDelayRelay } from "./delay_relay.ts";
import { median, progress } from "./measure.ts";

/**
 * Over a line, and on this machine alone: there all processes share its cores, and what one reading
 * leaves to the garbage collector is cleared up in another's time, so that one round says little.
 */
const ROUNDS = { far: 9, near: 30 };
/** Rounds that do not count, in which the runtime compiles what is run most. */
const WARM_UP_ROUNDS = 5;
const CALL = { signal: new AbortController().signal };
const SIZES = { "a feed of 60 KB": 60_000, "a video of 20 MB": 20_000_000 };

const LINE = { delayMilliseconds: 25, bytesPerSecond: 25_000_000 };
const LINE_WORDS = "25 ms each way, 200 Mbit/s";

/** Times of one reading, milliseconds. */
interface Reading {
  readonly first: number;
  readonly last: number;
}

/** One road, and the same server with plain fetch. */
interface Road {
  readonly name: string;
  readonly distance: keyof typeof ROUNDS;
  readonly sources: readonly BlockSource[];
  file(cid: CID): Promise<Response>;
  /** What the road itself fetches of a file of many blocks. */
  car(cid: CID): Promise<Response>;
}

/**
 * The time to the first and to the last byte of content by each road, nothing of it at hand, beside plain
 * fetch from the same server, of the file and of the CAR; and what it costs when the road asked first is
 * dead.
 */
export async function benchRoads(): Promise<string[]> {
  if (await findTool("ipfs") === null) return ["roads: Kubo is not installed, see .ci/install"];
  progress("roads: servers start");
  await using folder = await temporaryFolder();
  const kubo = await startKubo({ profile: "unixfs-v1-2025" });
  const contents = new Map<string, CID>();
  const node = await openNode({ dataDir: folder.path, report: () => {} });
  for (const [what, size] of Object.entries(SIZES)) {
    const dag = await buildFileDag(memoryFile("file", patterned(size)), CALL);
    const blocks = await Array.fromAsync(dag.blocks(CALL));
    for (const { cid, bytes } of blocks) await node.blocks.put(cid, bytes);
    await Deno.writeFile(`${folder.path}/content.car`, await carOf([dag.root], blocks));
    await kubo.run(["dag", "import", `${folder.path}/content.car`]);
    contents.set(what, dag.root);
  }
  await node.close();
  const gateway = await startGateway({ TRUSTLESS_GATEWAYS: "" }, folder.path);
  try {
    const roads: Road[] = [
      webRoad({
        name: "a node over HTTP",
        distance: "near",
        sources: await make(peerBlocks, "PEERS", gateway.url),
        origin: gateway.url,
      }),
      webRoad({
        name: "Kubo's gateway",
        distance: "near",
        sources: await make(trustlessGatewayBlocks, "TRUSTLESS_GATEWAYS", kubo.gatewayUrl),
        origin: kubo.gatewayUrl,
      }),
      {
        name: "Kubo's RPC",
        distance: "near",
        sources: await make(kuboBlocks, "KUBO_RPC_URL", kubo.rpcUrl),
        file: (cid) => fetch(`${kubo.gatewayUrl}/ipfs/${cid}`),
        car: (cid) => fetch(`${kubo.rpcUrl}/api/v0/dag/export?arg=${cid}`, { method: "POST" }),
      },
    ];
    await using relays = new AsyncDisposableStack();
    const far = await farRoads(relays, { node: gateway.url, kubo: kubo.gatewayUrl });
    const lines: string[] = [];
    for (const [what, cid] of contents) {
      for (const road of [...roads, ...far]) lines.push(await compare(what, cid, road));
    }
    const [dead] = await make(trustlessGatewayBlocks, "TRUSTLESS_GATEWAYS", await deadHost());
    if (dead !== undefined) lines.push(...await race(contents, far, dead));
    const [video] = [...contents.values()].slice(-1);
    if (video !== undefined) lines.push(await besideKubo(video, gateway.url, kubo.gatewayUrl));
    return lines;
  } finally {
    await gateway[Symbol.asyncDispose]();
    await kubo.stop();
  }
}

function webRoad(
  { origin, ...road }: Pick<Road, "name" | "distance" | "sources"> & { origin: string },
): Road {
  return {
    ...road,
    file: (cid) => fetch(`${origin}/ipfs/${cid}`),
    car: (cid) => fetch(`${origin}/ipfs/${cid}?format=car&dag-scope=all`),
  };
}

function make(part: Part<BlockSource>, setting: string, value: string) {
  return part.create(partContext({ [setting]: value }));
}

/** Over a line as it is between continents: there hashing costs no time of its own. */
async function farRoads(
  relays: AsyncDisposableStack,
  { node, kubo }: { node: string; kubo: string },
): Promise<Road[]> {
  const ways = [
    { name: "a node over HTTP", part: peerBlocks, setting: "PEERS", origin: node },
    {
      name: "Kubo's gateway",
      part: trustlessGatewayBlocks,
      setting: "TRUSTLESS_GATEWAYS",
      origin: kubo,
    },
  ];
  return await Promise.all(ways.map(async ({ name, part, setting, origin }) => {
    const targetPort = Number(new URL(origin).port);
    const { port } = relays.use(await startDelayRelay({ targetPort, ...LINE }));
    const near = `http://127.0.0.1:${port}`;
    const sources = await make(part, setting, near);
    return webRoad({ name: `${name}, ${LINE_WORDS}`, distance: "far", sources, origin: near });
  }));
}

/** It takes connections and never answers. */
function deadHost(): Promise<string> {
  const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return Promise.resolve(`http://127.0.0.1:${server.addr.port}`);
}

/** A reader of its own each time: nothing is at hand, nothing is known about the roads. */
async function read(cid: CID, sources: readonly BlockSource[]): Promise<Reading> {
  const reader = createContentReader({
    blockSources: sources,
    transports: [],
    store: null,
    clock: Date.now,
    report: () => {},
  });
  const started = performance.now();
  const file = await reader.open(cid, "", CALL, { whole: true });
  if (file.kind === "folder") throw new Error("It is a folder");
  return await clocked(started, file.read(CALL));
}

async function fetchPlain(answer: () => Promise<Response>): Promise<Reading> {
  const started = performance.now();
  const { ok, url, body } = await answer();
  if (!ok || body === null) throw new Error(`${url} gives nothing`);
  return await clocked(started, body);
}

async function clocked(started: number, pieces: AsyncIterable<Uint8Array>): Promise<Reading> {
  let first: number | null = null;
  for await (const _piece of pieces) first ??= performance.now() - started;
  return { first: first ?? NaN, last: performance.now() - started };
}

/** In turn, there and back: a busy machine slows all alike, and each clears up after each other. */
async function compare(what: string, cid: CID, road: Road): Promise<string> {
  const isOneBlock = cid.code === RAW;
  const ours: Reading[] = [];
  const files: Reading[] = [];
  const cars: Reading[] = [];
  const turns = [
    async () => files.push(await fetchPlain(() => road.file(cid))),
    async () => ours.push(await read(cid, road.sources)),
    ...(isOneBlock ? [] : [async () => cars.push(await fetchPlain(() => road.car(cid)))]),
  ];
  const rounds = WARM_UP_ROUNDS + ROUNDS[road.distance];
  for (let round = 0; round < rounds; round++) {
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
  }
  const middle = (readings: readonly Reading[], end: keyof Reading) =>
    median(readings.slice(WARM_UP_ROUNDS).map((reading) => reading[end]));
  const ratio = (end: keyof Reading, others: readonly Reading[]) =>
    `${(middle(ours, end) / middle(others, end)).toFixed(2)} ×`;
  const ofCar = isOneBlock ? "" : `, ${ratio("last", cars)} of the same CAR (at most 1.25 ×)`;
  return `${what} by ${road.name}: first byte ${middle(ours, "first").toFixed(1)} ms, ` +
    `${ratio("first", files)} of plain fetch of the file; last byte ` +
    `${middle(ours, "last").toFixed(1)} ms, ${ratio("last", files)}${ofCar}`;
}

async function race(
  contents: ReadonlyMap<string, CID>,
  roads: readonly Road[],
  dead: BlockSource,
): Promise<string[]> {
  const lines: string[] = [];
  for (const [what, cid] of contents) {
    const alone: number[] = [];
    const raced: number[] = [];
    for (let round = 0; round < ROUNDS.far; round++) {
      const times = [];
      for (const { sources } of roads) times.push((await read(cid, sources)).last);
      alone.push(Math.min(...times));
      raced.push((await read(cid, [dead, ...roads.flatMap(({ sources }) => sources)])).last);
    }
    const { hedgeMilliseconds } = contentLimits;
    const ratio = (median(raced) - hedgeMilliseconds) / median(alone);
    lines.push(
      `${what}, 3 roads over such lines of which the first is dead, less the hedge delay of ${hedgeMilliseconds} ms: ` +
        `${ratio.toFixed(2)} × of the best road alone (at most 1.20)`,
    );
  }
  return lines;
}

/** Both serve the whole file from their own disks, to plain fetch. */
async function besideKubo(cid: CID, ours: string, kubo: string): Promise<string> {
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS.near; round++) {
    const theirs = await fetchPlain(() => fetch(`${kubo}/ipfs/${cid}`));
    const mine = await fetchPlain(() => fetch(`${ours}/ipfs/${cid}`));
    ratios.push(mine.last / theirs.last);
  }
  return `a video of 20 MB from this gateway: ${median(ratios).toFixed(2)} × of Kubo's gateway, ` +
    "from the same blocks";
}
