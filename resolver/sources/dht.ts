import {
  comparePointers,
  parsePointer,
  type UnsignedPointer,
  type VerifiedPointer,
} from "../../schemas/pointer.ts";
import type { Call, Part, PointerSource } from "../contracts.ts";
import { UnavailableError } from "../errors.ts";
import type { PointerNetwork } from "../network/network.ts";
import { networkSettings } from "../network/settings.ts";

/** Of the 20 closest nodes each may give a record, and nodes on the way to them too. */
const MAX_CANDIDATES = 32;

/** The pointer network, when this process is a member. */
export const dhtSource: Part<PointerSource> = {
  id: "dht",
  settings: networkSettings,
  create: ({ network }) => Promise.resolve(network === null ? [] : [sourceOver(network)]),
};

function sourceOver(network: PointerNetwork): PointerSource {
  return {
    id: "dht",

    async *find(identity, call) {
      const seen = { answered: 0, failed: 0, yielded: 0 };
      for await (const answer of network.lookUp(identity, call)) {
        call.onAnswer?.(answer);
        seen[answer.outcome === "failed" ? "failed" : "answered"] += 1;
        if (answer.bytes === undefined || seen.yielded === MAX_CANDIDATES) continue;
        seen.yielded += 1;
        yield answer.bytes;
      }
      if (seen.answered === 0 && seen.failed > 0) {
        throw new UnavailableError("None of the network's nodes that were asked answered.");
      }
    },

    async offer(pointer, call) {
      const { confirmed, failed } = await network.put(pointer, call);
      if (confirmed > 0 || failed === 0) return undefined;
      const greater = await findGreater(network, pointer, call);
      if (greater === null) throw new UnavailableError("No node of the network took the pointer.");
      return greater;
    },
  };
}

/** What the nodes hold instead, when they refuse a pointer that is no longer the newest. */
async function findGreater(
  network: PointerNetwork,
  pointer: VerifiedPointer,
  call: Call,
): Promise<Uint8Array | null> {
  let greatest: UnsignedPointer = pointer;
  let found: Uint8Array | null = null;
  for await (const { bytes } of network.lookUp(pointer.identity, call)) {
    if (bytes === undefined) continue;
    const candidate = parsePointer(bytes);
    if (comparePointers(candidate, greatest) <= 0) continue;
    greatest = candidate;
    found = bytes;
  }
  return found;
}
