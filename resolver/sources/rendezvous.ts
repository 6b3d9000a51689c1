import type { Part, PartContext, PointerSource } from "../contracts.ts";
import { deadline } from "../deadline.ts";
import { UnavailableError } from "../errors.ts";
import { kuboSetting } from "../kubo_setting.ts";
import { askStranger, strangersNode } from "../peers/ask_stranger.ts";
import { peersSetting } from "../peers/setting.ts";
import { delegatedDirectory, delegatedRoutingSetting } from "../rendezvous/delegated_directory.ts";
import type { Directory } from "../rendezvous/directory.ts";
import { joinNetwork } from "../rendezvous/join_network.ts";
import { kuboDirectory } from "../rendezvous/kubo_directory.ts";
import { createKuboRpc } from "../rendezvous/kubo_rpc.ts";
import { search, searchLimits } from "../rendezvous/search.ts";

/**
 * Nodes that are found through the public IPFS network (schemas/rendezvous.md): the way in for a
 * process that knows no OurSpace peer. It yields nothing as long as others are known.
 */
export const rendezvousSource: Part<PointerSource> = {
  id: "rendezvous",
  settings: [kuboSetting, delegatedRoutingSetting],
  create(context) {
    const directories = directoriesOf(context);
    return Promise.resolve(directories.length === 0 ? [] : [sourceOver(directories, context)]);
  },
};

function directoriesOf({ settings, outbound }: PartContext): Directory[] {
  const kubo = settings.get(kuboSetting);
  return [
    ...(kubo === null ? [] : [kuboDirectory(createKuboRpc(kubo, outbound), searchLimits)]),
    ...settings.get(delegatedRoutingSetting)
      .map((base) => delegatedDirectory(base, outbound, searchLimits)),
  ];
}

function sourceOver(directories: readonly Directory[], context: PartContext): PointerSource {
  const { settings, network, outbound, peerRecords, clock } = context;
  // Nodes that were only heard of do not count: whoever is met first could keep all others away.
  const knowsOthers = () =>
    settings.get(peersSetting).length > 0 ||
    (network !== null && network.status().routingTable > 0);

  return {
    id: "rendezvous",
    asks: "peers",

    async *find(identity, { signal, onAnswer }) {
      if (knowsOthers()) return;
      using limit = deadline(searchLimits.milliseconds, { parent: signal });
      const joining: Promise<void>[] = [];
      let answered = false;
      try {
        const answers = search(identity, {
          directories,
          ask: (origin, asked, call) =>
            askStranger(strangersNode(origin, outbound), asked, { clock, ...call }),
          avoided: (origin) => peerRecords.standings.avoided(origin) === "lied",
          signal: limit.signal,
        });
        for await (const answer of answers) {
          onAnswer?.(answer);
          if (answer.outcome !== "failed") answered = true;
          if (answer.bytes === undefined) continue;
          peerRecords.book.learn([answer.peer]);
          if (network !== null) {
            joining.push(joinNetwork(strangersNode(answer.peer, outbound), network, limit));
          }
          yield answer.bytes;
        }
      } catch (error) {
        signal.throwIfAborted();
        // The IPFS network's own search goes on for as long as it finds fewer than it was asked for.
        if (limit.signal.aborted && answered) return;
        throw limit.signal.aborted
          ? new UnavailableError("No node was found on the IPFS network in time.", { cause: error })
          : error;
      } finally {
        await Promise.all(joining);
      }
    },
  };
}
