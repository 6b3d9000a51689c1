import type { FollowStatus } from "../../resolver/peers/follow.ts";
import type { PeerRecords } from "../../resolver/peers/records.ts";
import { startPeers } from "../../resolver/peers/start.ts";
import { appOutbound } from "./app_outbound.ts";
import { type NetworkNode, until } from "./network.ts";
import { peerRecords, settingsOf } from "./parts.ts";

/** How it went with the peer. */
export interface FollowedLiar {
  readonly name: string;
  readonly status: FollowStatus;
  /** Bodies that the peer was sent by PUT. */
  readonly offered: readonly string[];
  readonly records: PeerRecords;
  /** What the operator was told. */
  readonly reports: readonly string[];
}

/** Each is another peer: a node goes on at the place where it stopped reading somebody. */
let liars = 0;

/**
 * A node follows a peer whose only page of changes holds these records, until `done`. The records are
 * written into the page as they are.
 */
export async function followLiar(
  { node, network, verifier }: NetworkNode,
  candidates: readonly Uint8Array[],
  done: (state: FollowedLiar) => boolean,
): Promise<FollowedLiar> {
  const base = `http://liar-${++liars}.example`;
  const stopping = new AbortController();
  const settings = settingsOf({});
  const records = peerRecords(settings);
  const offered: string[] = [];
  const reports: string[] = [];
  const list = candidates.map((bytes) => new TextDecoder().decode(bytes)).join(",");

  async function answer(request: Request): Promise<Response> {
    if (request.method === "PUT") {
      offered.push(await request.text());
      return new Response(null, { status: 204 });
    }
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/v1/pointers") return new Response(null, { status: 404 });
    if (searchParams.get("since") === "0") {
      return new Response(`{"cursor":"1","pointers":[${list}]}`);
    }
    // A long poll, for as long as somebody waits.
    const { promise, reject } = Promise.withResolvers<Response>();
    request.signal.addEventListener("abort", () => reject(request.signal.reason));
    return await promise;
  }

  const peers = startPeers({
    peers: [base],
    records,
    node,
    network,
    verifier,
    outbound: appOutbound({ [base]: answer }),
    clock: Date.now,
    lookUp: () => Promise.resolve(null),
    report: (problem) => void reports.push(problem),
    signal: stopping.signal,
  });
  const state = (): FollowedLiar | null => {
    const [status] = peers.status().followed;
    return status === undefined ? null : { name: status.peer, status, offered, records, reports };
  };
  try {
    await until("the peer's page was read", () => {
      const now = state();
      return now !== null && done(now);
    });
  } finally {
    stopping.abort();
    await peers.ended;
  }
  const end = state();
  if (end === null) throw new Error("Nobody was followed");
  return end;
}
