import type { Identity } from "../../schemas/identity.ts";
import type { Clock, FindCall, Part, PointerSource } from "../contracts.ts";
import { UnavailableError } from "../errors.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { askStranger, strangersNode } from "../peers/ask_stranger.ts";
import { acquaintLazily } from "../peers/lazily.ts";
import type { PeerBook } from "../peers/book.ts";
import { peersSetting } from "../peers/setting.ts";

/** Strangers are asked beside the configured peers and the DHT, never instead of them. */
const MAX_ASKED = 3;

/**
 * Nodes that other nodes told of: strangers, of whom a few in good standing are asked. Nothing is
 * offered to them.
 */
export const learnedPeersSource: Part<PointerSource> = {
  id: "learned-peers",
  settings: [peersSetting],
  create(context) {
    const { settings, node, outbound, peerRecords, clock } = context;
    const source = sourceOver(peerRecords.book, outbound, clock);
    // A node hears of others in its background (startPeers).
    if (node !== null) return Promise.resolve([source]);
    if (settings.get(peersSetting).length === 0) return Promise.resolve([]);
    const acquaint = acquaintLazily(context);
    const find: PointerSource["find"] = (identity, call) => {
      acquaint();
      return source.find(identity, call);
    };
    return Promise.resolve([{ ...source, find }]);
  },
};

function sourceOver(book: PeerBook, outbound: Outbound, clock: Clock): PointerSource {
  const ask = (url: string, identity: Identity, { signal }: FindCall) =>
    askStranger(strangersNode(url, outbound), identity, { clock, signal });

  return {
    id: "learned peers",
    asks: "peers",

    async *find(identity, call) {
      const waiting = new Map(
        book.choose(MAX_ASKED).map((url) => [url, ask(url, identity, call)] as const),
      );
      let failed = waiting.size > 0;
      while (waiting.size > 0) {
        const answer = await Promise.race(waiting.values());
        waiting.delete(answer.peer);
        call.onAnswer?.(answer);
        if (answer.outcome !== "failed") failed = false;
        if (answer.bytes !== undefined) yield answer.bytes;
      }
      if (failed) throw new UnavailableError("None of the learned peers could be asked.");
    },
  };
}
