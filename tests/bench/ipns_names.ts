import { CID } from "multiformats/cid";
import * as raw from "multiformats/codecs/raw";
import { sha256 } from "multiformats/hashes/sha2";
import type { Kubo } from "../support/kubo.ts";
import { startKuboNetwork } from "../support/kubo_network.ts";
import { startDelayRelay } from "./delay_relay.ts";
import { freePorts } from "../support/free_ports.ts";
import type { NameNetwork, NameNetworkOptions } from "./name_network.ts";

/** Longer than Kubo looks for a name by itself. */
const REQUEST_MILLISECONDS = 70_000;

/** IPNS names in Kubo daemons that reach each other through relays only, by their RPC. */
export async function startIpnsNames(
  { size, delayMilliseconds }: NameNetworkOptions,
): Promise<NameNetwork> {
  await using cleanUp = new AsyncDisposableStack();
  const ports = await freePorts(size);
  const relays = await Promise.all(
    ports.map((targetPort) => startDelayRelay({ targetPort, delayMilliseconds })),
  );
  for (const relay of relays) cleanUp.use(relay);
  const { daemons } = cleanUp.use(
    await startKuboNetwork(size, (place) => ({
      config: {
        "Addresses.Swarm": [`/ip4/127.0.0.1/tcp/${ports[place]}`],
        "Addresses.Announce": [`/ip4/127.0.0.1/tcp/${relays[place]?.port}`],
      },
    })),
  );
  const names: string[] = [];
  for (const daemon of daemons) names.push((await ask(daemon, "id", {})).ID);
  const cids = await Promise.all([0, 1, 2, 3, 4].map(cidOf));
  const stack = cleanUp.move();

  return {
    async publish(publisher, version) {
      const arg = `/ipfs/${cids[version]}`;
      await ask(daemonAt(daemons, publisher), "name/publish", { arg, resolve: "false" });
    },
    async resolve(place, publisher, usual) {
      const arg = `/ipns/${names[publisher]}`;
      const nocache = usual ? "false" : "true";
      const answer = await ask(daemonAt(daemons, place), "name/resolve", { arg, nocache })
        .catch(() => null);
      return answer === null ? null : cids.indexOf(answer.Path.replace("/ipfs/", ""));
    },
    holds: (place, publisher) =>
      ask(daemonAt(daemons, place), "routing/get", {
        arg: `/ipns/${names[publisher]}`,
        offline: "true",
      }).then(() => true, () => false),
    sleep: (place, asleep) =>
      Deno.kill(daemonAt(daemons, place).pid, asleep ? "SIGSTOP" : "SIGCONT"),
    bytes: () => relays.reduce((sum, relay) => sum + relay.bytes(), 0),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function daemonAt(daemons: readonly Kubo[], place: number): Kubo {
  const daemon = daemons[place];
  if (daemon === undefined) throw new Error(`There is no daemon ${place}.`);
  return daemon;
}

async function cidOf(version: number): Promise<string> {
  const digest = await sha256.digest(new TextEncoder().encode(`version ${version}`));
  return CID.createV1(raw.code, digest).toString();
}

/** Throws with Kubo's own words. */
async function ask(
  { rpcUrl }: Kubo,
  command: string,
  query: Readonly<Record<string, string>>,
): Promise<Record<string, string> & { readonly ID: string; readonly Path: string }> {
  const response = await fetch(`${rpcUrl}/api/v0/${command}?${new URLSearchParams(query)}`, {
    method: "POST",
    signal: AbortSignal.timeout(REQUEST_MILLISECONDS),
  });
  if (!response.ok) throw new Error(`Kubo: ${await response.text()}`);
  const text = await response.text();
  return JSON.parse(text.split("\n")[0] ?? "");
}
