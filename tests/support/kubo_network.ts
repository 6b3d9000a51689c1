import { eventually } from "./eventually.ts";
import { type Kubo, type KuboOptions, startKubo } from "./kubo.ts";

/** Kubo daemons that know one another and nobody else: an IPFS network of their own, on loopback. */
export interface KuboNetwork extends AsyncDisposable {
  readonly daemons: readonly Kubo[];
}

/** Daemons that are being started at the same time: each keeps a core busy for a while. */
const STARTING_AT_ONCE = 4;
/** Each is connected to so many that were started before it; the DHT finds the others. */
const FIRST_CONTACTS = 3;
/** What it takes on a busy machine, many times over. */
const NOTICE_MILLISECONDS = 5_000;

/** `options` is asked for each daemon, by its place. */
export async function startKuboNetwork(
  size: number,
  options: (place: number) => Omit<KuboOptions, "swarmKey"> = () => ({}),
): Promise<KuboNetwork> {
  const swarmKey = newSwarmKey();
  const daemons: Kubo[] = [];
  const stopAll = async () => void await Promise.all(daemons.map((daemon) => daemon.stop()));
  try {
    while (daemons.length < size) {
      const batch = Math.min(STARTING_AT_ONCE, size - daemons.length);
      const places = Array.from({ length: batch }, (_, index) => daemons.length + index);
      const started = await Promise.allSettled(
        places.map((place) => startKubo({ ...options(place), swarmKey })),
      );
      for (const outcome of started) {
        if (outcome.status === "fulfilled") daemons.push(outcome.value);
      }
      for (const outcome of started) if (outcome.status === "rejected") throw outcome.reason;
    }
    for (const [place, daemon] of daemons.entries()) {
      await connect(daemon, daemons.slice(Math.max(0, place - FIRST_CONTACTS), place));
    }
    if (size > 1) {
      await Promise.all(
        daemons.map((daemon) => knowsSomebody(daemon, daemons.filter((other) => other !== daemon))),
      );
    }
  } catch (error) {
    await stopAll();
    throw error;
  }
  return { daemons, [Symbol.asyncDispose]: stopAll };
}

/** Libp2p's private network key, version 1: 32 random bytes. */
function newSwarmKey(): string {
  const key = crypto.getRandomValues(new Uint8Array(32)).toHex();
  return `/key/swarm/psk/1.0.0/\n/base16/\n${key}`;
}

/**
 * Waits until the daemon's DHT has somebody to ask: until then it refuses to look for anything. (The
 * daemon's own search would not tell: it ends well when there is nobody.) Now and then two daemons never
 * notice that each other's DHT came up after their connection: then they are connected anew.
 */
async function knowsSomebody(daemon: Kubo, others: readonly Kubo[]): Promise<void> {
  await eventually("the daemon's DHT can be asked", async () => {
    const known = () => routingTableSize(daemon).then((size) => size > 0);
    const noticed = await eventually("it noticed", known, { patience: NOTICE_MILLISECONDS })
      .then(() => true, () => false);
    if (!noticed) await reconnect(daemon, others.slice(0, FIRST_CONTACTS));
    return noticed;
  });
}

async function routingTableSize(daemon: Kubo): Promise<number> {
  const url = `${daemon.rpcUrl}/api/v0/stats/dht?arg=lan`;
  const answer = await fetch(url, { method: "POST" });
  const { Buckets: buckets }: { Buckets: { Peers: unknown[] | null }[] } = await answer.json();
  return buckets.reduce((sum, { Peers: peers }) => sum + (peers?.length ?? 0), 0);
}

async function reconnect(daemon: Kubo, others: readonly Kubo[]): Promise<void> {
  for (const other of others) {
    // It may have ended by itself.
    await daemon.run(["swarm", "disconnect", await addressOf(other)]).catch(() => {});
  }
  await connect(daemon, others);
}

async function connect(daemon: Kubo, others: readonly Kubo[]): Promise<void> {
  for (const other of others) await daemon.run(["swarm", "connect", await addressOf(other)]);
}

async function addressOf(daemon: Kubo): Promise<string> {
  const { Addresses: addresses } = JSON.parse(await daemon.run(["id"]));
  return addresses.find((text: string) => /^\/ip4\/127.0.0.1\/tcp\/\d+\/p2p\//.test(text));
}
