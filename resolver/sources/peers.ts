import type { Part, PointerSource } from "../contracts.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { createPeerClient, type PeerClientOptions } from "../peers/client.ts";
import { peerName, peersSetting } from "../peers/setting.ts";

/** Other nodes over their HTTP interface (`/v1/pointers/{identity}`), one source each. */
export const peerSources: Part<PointerSource> = {
  id: "peers",
  settings: [peersSetting],
  create: ({ settings, outbound, peerRecords, clock }) =>
    Promise.resolve(
      settings.get(peersSetting).map((peer, place) => {
        const onSample = peerRecords.clockCheck.sample.bind(null, peerName(peer, place));
        return peerSource(peer, outbound, place, { clock, onSample });
      }),
    ),
};

/** One peer. `base` has no slash at the end; `place` is its place in the operator's list. */
export function peerSource(
  base: string,
  outbound: Outbound,
  place = 0,
  dates?: PeerClientOptions["dates"],
): PointerSource {
  const name = peerName(base, place);
  const client = createPeerClient({
    base,
    name,
    trust: "operator",
    outbound,
    ...(dates === undefined ? {} : { dates }),
  });

  return {
    id: name,
    asks: "peer",

    async *find(identity, call) {
      const held = await client.pointer(identity, call);
      if (held !== null) yield held;
    },

    offer: (pointer, call) => client.offer(pointer, call),
  };
}
