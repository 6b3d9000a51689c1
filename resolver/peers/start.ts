import type { Identity } from "../../schemas/identity.ts";
import type { Call, Clock } from "../contracts.ts";
import { type Alarm, systemAlarm } from "../deadline.ts";
import type { PointerNetwork } from "../network/network.ts";
import type { Node } from "../node/node.ts";
import type { Outbound } from "../outbound/outbound.ts";
import type { Verifier } from "../verify.ts";
import { getAcquainted } from "./acquaintance.ts";
import { configuredPeers } from "./configured.ts";
import type { ClockState } from "./clock_check.ts";
import { follow, type FollowStatus } from "./follow.ts";
import { createPace } from "./pace.ts";
import { pause } from "./pause.ts";
import { push } from "./push.ts";
import type { PeerRecords } from "./records.ts";

/** What living among peers works with. */
export interface PeersOptions extends Call {
  /** PEERS: base URLs without a slash at the end. */
  readonly peers: readonly string[];
  readonly records: PeerRecords;
  readonly node: Node;
  readonly network: PointerNetwork | null;
  readonly verifier: Verifier;
  readonly outbound: Outbound;
  readonly clock: Clock;
  /** The machine's timers unless given. */
  readonly alarm?: Alarm;
  /** Numbers from 0 to 1; `Math.random` unless given. */
  readonly random?: () => number;
  /** Asks everybody for an identity's newest pointer (a resolver's `network-only`). */
  readonly lookUp: (identity: Identity, call: Call) => Promise<unknown>;
  readonly report: (problem: string) => void;
}

/** This process among its peers. */
export interface Peers {
  status(): PeersStatus;
  /** When the signal has aborted and nothing goes on any longer. Never rejects. */
  readonly ended: Promise<void>;
}

/** What there is to see of it. */
export interface PeersStatus {
  /** One for each configured peer whose changes are followed. */
  readonly followed: readonly FollowStatus[];
  /** Other nodes that were heard of. */
  readonly learned: number;
  /** Records whose time has not come. */
  readonly waiting: number;
  /** Null: this machine's clock looks right. */
  readonly clock: ClockState | null;
}

const ACQUAINTANCE_MILLISECONDS = 10 * 60_000;
/** As long as nobody of the DHT is connected. */
const LONELY_MILLISECONDS = 60_000;

/**
 * Follows the peers, hands them what is stored here, and gets to know others, until the signal aborts.
 * Asks nobody before it returns.
 */
export function startPeers(options: PeersOptions): Peers {
  const { records, network, outbound, clock, lookUp, signal } = options;
  const { alarm = systemAlarm, random = Math.random } = options;
  const { book, waitingRoom, clockCheck } = records;
  const peers = configuredPeers(options.peers, { records, outbound, clock });

  async function stayAcquainted(): Promise<void> {
    while (!signal.aborted) {
      await getAcquainted({ ...options, peers, alarm });
      const lonely = network !== null && peers.length > 0 && network.peers().length === 0;
      const milliseconds = lonely ? LONELY_MILLISECONDS : ACQUAINTANCE_MILLISECONDS;
      await pause(milliseconds * (1 + random() / 10), { alarm, signal });
    }
  }

  const pace = createPace({ clock, alarm, signal });
  const followed = peers.map((peer) => follow(peer, { ...options, alarm, random, pace }));
  waitingRoom.open({ alarm, lookUp, signal });
  const work = [
    ...followed.map(({ ended }) => ended),
    ...peers.map((peer) => push(peer, { ...options, alarm, random })),
    stayAcquainted().catch(() => {}),
  ];

  return {
    status: () => ({
      followed: followed.map(({ status }) => status()),
      learned: book.size(),
      waiting: waitingRoom.size(),
      clock: clockCheck.state(),
    }),
    ended: Promise.all(work).then(() => {}),
  };
}
