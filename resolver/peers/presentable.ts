import type { Clock } from "../contracts.ts";
import { MAX_ACQUAINTANCES } from "./acquaintances.ts";
import { isPublicName } from "./learned_url.ts";
import type { PeerRecords } from "./records.ts";
import { peerName } from "./setting.ts";

const LATELY_MILLISECONDS = 60 * 60_000;

/** Other nodes that anybody may be told of: public names that answered well within the last hour. */
export function presentablePeers({ peers, records, clock }: {
  /** PEERS. */
  peers: readonly string[];
  records: PeerRecords;
  clock: Clock;
}): readonly string[] {
  const { standings, book } = records;
  const since = clock() - LATELY_MILLISECONDS;
  const configured = peers.filter((base, place) => {
    const name = peerName(base, place);
    return standings.answeredAt(name) >= since && standings.avoided(name) !== "lied";
  });
  const known = [...configured, ...book.answeredSince(since)]
    .filter((url) => isPublicName(new URL(url).hostname));
  return [...new Set(known)].slice(0, MAX_ACQUAINTANCES);
}
