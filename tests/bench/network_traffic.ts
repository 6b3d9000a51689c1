import { makeSigner, type Signer, signPointer } from "../support/pointers.ts";
import { median, percentile95 } from "./measure.ts";
import type { BenchNetwork, BenchNode } from "./network_nodes.ts";
import type { LookUp } from "./network_orders.ts";

const IDLE_MILLISECONDS = 2_000;

/** A wallet whose pointer the network holds. */
export interface Published {
  readonly signer: Signer;
  readonly address: string;
}

/** Publishes at the node in this place. */
export async function publishAt(
  network: Pick<BenchNetwork, "nodes">,
  place: number,
  { signer = makeSigner(), timestamp = "2026-01-01T00:00:00.000Z" } = {},
): Promise<Published & { readonly milliseconds: number }> {
  const record = new TextDecoder().decode(await signPointer(signer, { timestamp }));
  const { milliseconds } = await nodeAt(network, place).ask("publish", { record });
  return { signer, address: signer.identity.address, milliseconds };
}

/** Places count round and round. */
export function nodeAt({ nodes }: Pick<BenchNetwork, "nodes">, place: number): BenchNode {
  const node = nodes[place % nodes.length];
  if (node === undefined) throw new Error("The network has no nodes.");
  return node;
}

/** One look-up after another, each from another node than the one that published. */
export async function lookUps(
  network: Pick<BenchNetwork, "nodes">,
  published: readonly Published[],
): Promise<LookUp[]> {
  const found: LookUp[] = [];
  for (const [place, { address }] of published.entries()) {
    const other = place + 1 + place % (network.nodes.length - 1);
    found.push(await nodeAt(network, other).ask("lookUp", { address }));
  }
  return found;
}

/** So many look-ups of what nobody has, by the askers in turn. */
export async function missing(askers: readonly BenchNode[], count: number): Promise<string> {
  const walks: LookUp[] = [];
  for (let place = 0; place < count; place++) {
    const { address } = makeSigner().identity;
    walks.push(await nodeAt({ nodes: askers }, place).ask("lookUp", { address }));
  }
  const failed = walks.reduce((sum, { failures }) => sum + failures, 0);
  return `${inMilliseconds(wholeOf(walks))}, worst ${Math.max(...wholeOf(walks)).toFixed(0)} ms` +
    (failed === 0 ? "" : `, ${failed} of the nodes asked did not answer`);
}

/** Bytes per millisecond when nobody asks for anything. */
export async function idleBytes({ bytes }: Pick<BenchNetwork, "bytes">): Promise<number> {
  const before = bytes();
  await new Promise((resolve) => setTimeout(resolve, IDLE_MILLISECONDS));
  return (bytes() - before) / IDLE_MILLISECONDS;
}

export function inMilliseconds(values: readonly number[]): string {
  return `median ${median(values).toFixed(0)} ms, p95 ${percentile95(values).toFixed(0)} ms`;
}

export function wholeOf(walks: readonly LookUp[]): number[] {
  return walks.map(({ milliseconds }) => milliseconds);
}
