import { eventually } from "./eventually.ts";
import { type Kubo, type KuboOptions, startKubo } from "./kubo.ts";
import { HELLO_CID } from "./pointers.ts";

/** Kubo daemons that know one another and nobody else: an IPFS network of their own, on loopback. */
export interface KuboNetwork extends AsyncDisposable {
  readonly daemons: readonly Kubo[];
}

/** Daemons that are being started at the same time: each keeps a core busy for a while. */
const STARTING_AT_ONCE = 4;
/** Each is connected to so many that were started before it; the DHT finds the others. */
const FIRST_CONTACTS = 3;

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
    if (size > 1) await Promise.all(daemons.map(knowsSomebody));
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

/** Waits until the daemon's DHT has somebody to ask: until then it refuses to look for anything. */
async function knowsSomebody(daemon: Kubo): Promise<void> {
  await eventually("the daemon's DHT can be asked", async () => {
    await daemon.run(["routing", "findprovs", HELLO_CID]);
    return true;
  });
}

async function connect(daemon: Kubo, others: readonly Kubo[]): Promise<void> {
  for (const other of others) {
    const { Addresses: addresses } = JSON.parse(await other.run(["id"]));
    const address = addresses.find((text: string) =>
      /^\/ip4\/127.0.0.1\/tcp\/\d+\/p2p\//.test(text)
    );
    await daemon.run(["swarm", "connect", address]);
  }
}
