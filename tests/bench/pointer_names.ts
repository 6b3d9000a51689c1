import { makeSigner } from "../support/pointers.ts";
import type { NameNetwork, NameNetworkOptions } from "./name_network.ts";
import { startBenchNetwork } from "./network_nodes.ts";
import { nodeAt, publishAt } from "./network_traffic.ts";

/** Pointers in our nodes, resolved as a gateway on each does. */
export async function startPointerNames(options: NameNetworkOptions): Promise<NameNetwork> {
  const network = await startBenchNetwork(options);
  const signers = network.nodes.map(() => makeSigner());
  const signerOf = (place: number) => signers[place] ?? makeSigner();
  const timestampOf = (version: number) => new Date(Date.UTC(2026, 0, version)).toISOString();

  return {
    async publish(publisher, version) {
      const timestamp = timestampOf(version);
      await publishAt(network, publisher, { signer: signerOf(publisher), timestamp });
    },
    async resolve(place, publisher, usual) {
      const { timestamp } = await nodeAt(network, place).ask("resolve", {
        address: signerOf(publisher).identity.address,
        policy: usual ? "cache-first" : "network-only",
      });
      return timestamp === null ? null : new Date(timestamp).getUTCDate();
    },
    async holds(place, publisher) {
      const { address } = signerOf(publisher).identity;
      return (await nodeAt(network, place).ask("holds", { address })).held;
    },
    sleep: (place, asleep) => nodeAt(network, place).signal(asleep ? "SIGSTOP" : "SIGCONT"),
    bytes: network.bytes,
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}
