import type { PointerSource } from "../../resolver/contracts.ts";
import { parseAddressRanges } from "../../resolver/outbound/address_ranges.ts";
import { createOutbound } from "../../resolver/outbound/create.ts";
import { createResolver } from "../../resolver/resolver.ts";
import { peerSource } from "../../resolver/sources/peers.ts";
import { createVerifier } from "../../resolver/verify.ts";
import { GRACE_MILLISECONDS } from "../../resolver/walk.ts";
import { type Identity, identityText } from "../../schemas/identity.ts";
import { fakeDns } from "../support/fake_dns.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { startServer } from "./load.ts";

const ROUNDS = 10;
/** All healthy peers are equally slow: the grace period is then paid in full. */
const LATENCY = "100";

/**
 * A resolution with nothing held, against asking the slowest healthy peer alone with plain fetch. Each
 * peer is a process of its own.
 */
export async function benchResolution(): Promise<string[]> {
  const { identity, bytes } = await verifiedPointer(makeSigner());
  const pointer = new TextDecoder().decode(bytes);
  const start = (latency: string) => startServer("tests/bench/slow_peer.ts", [latency, pointer]);
  await using first = await start(LATENCY);
  await using second = await start(LATENCY);
  await using third = await start(LATENCY);
  await using stalling = await start("never");

  const healthy = [first, second, third].map(({ url }) => url.replace(/\/$/, ""));
  const oneStalling = [...healthy.slice(0, 2), stalling.url.replace(/\/$/, "")];
  const ratios: { healthy: number[]; stalling: number[] } = { healthy: [], stalling: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const slowest = Math.max(
      ...await Promise.all(healthy.map((peer) => time(() => fetchPointer(peer, identity)))),
    );
    const all = await time(() => resolveCold(healthy, identity));
    const some = await time(() => resolveCold(oneStalling, identity));
    ratios.healthy.push(all / slowest);
    ratios.stalling.push((some - GRACE_MILLISECONDS) / slowest);
  }
  return [
    line("cold resolution, 3 healthy peers", ratios.healthy, "the slowest peer"),
    line(
      `cold resolution, 3 peers, one stalling, less the grace period of ${GRACE_MILLISECONDS} ms`,
      ratios.stalling,
      "the slowest healthy peer",
    ),
  ];
}

async function fetchPointer(peer: string, identity: Identity): Promise<void> {
  const response = await fetch(`${peer}/v1/pointers/${identityText(identity)}`);
  await response.bytes();
}

/** A resolver of its own each time: nothing is held, nothing is verified yet. */
async function resolveCold(peers: readonly string[], identity: Identity): Promise<void> {
  const clock = Date.now;
  const allowPrivate = parseAddressRanges("");
  const outbound = createOutbound({ dns: fakeDns({}), allowPrivate, clock });
  const sources: PointerSource[] = peers.map((peer, place) => peerSource(peer, outbound, place));
  const verifier = createVerifier({ clock });
  const closing = new AbortController();
  const resolver = createResolver({ sources, verifier, clock, signal: closing.signal });
  await resolver.resolve(identity, { policy: "cache-first", signal: closing.signal });
  closing.abort();
}

/** Milliseconds. */
async function time(run: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}

function line(name: string, ratios: number[], what: string): string {
  const median = ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? NaN;
  return `${name}: ${median.toFixed(2)} × of ${what} (at most 1.30)`;
}
