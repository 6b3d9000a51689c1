/**
 * Bitswap 1.2.0 (IPFS Bitswap specification), as Kubo speaks it.
 *
 * It is written here because the library for it, @helia/bitswap 3.2.3, cannot be bounded from outside:
 * it reads every block that a peer wants, up to 1,024, before it sends the first; it never sends a
 * cancel; it asks everybody connected for everything; and it begins to wait for an answer only after
 * the question has left, so that a quick answer is missed.
 */
export const BITSWAP_PROTOCOL = "/ipfs/bitswap/1.2.0";

const KIBIBYTE = 1_024;
const MEBIBYTE = 1_024 * KIBIBYTE;

/** What bitswap may cost. Whoever is connected can send anything, so each number stops a way to abuse us. */
export interface BitswapLimits {
  /** Of a message from a peer that was asked for blocks. Kubo and Helia send no larger ones. */
  readonly answerBytes: number;
  /** Of a message from anybody else: a full list of Kubo's 1,024 wants has some 50 KiB. */
  readonly questionBytes: number;
  /**
   * Bytes of messages that are not complete yet. Of one address, which can have 512 streams: while
   * something was asked of the peer, and otherwise, when what came before a stream had its reader must
   * fit in. And over all peers, of which those that were asked for nothing have half.
   */
  readonly gatheredAnswerBytes: number;
  readonly gatheredQuestionBytes: number;
  readonly gatheredBytes: number;
  /** From a message's first byte to its last. */
  readonly messageMilliseconds: number;
  /** Wants and presences in one message; the others are not read. */
  readonly entries: number;
  /**
   * Fields of one message, and of one sender's messages, at once and in a second: reading them costs
   * time, some microseconds for each of the five or six of a want.
   */
  readonly messageFields: number;
  readonly senderFields: { readonly burst: number; readonly perSecond: number };
  /** Wants of one peer, and of all, that wait for their answer. */
  readonly peerWants: number;
  readonly allWants: number;
  /** Block data in one answer, unless a single block has more. */
  readonly sentBytes: number;
  /**
   * Peers that are served at the same time, and of one address; each costs the memory of one answer, and
   * who reads nothing would keep the others waiting.
   */
  readonly servedAtOnce: number;
  readonly servedPerSender: number;
  /** For one message to leave, and for any of it: who reads more slowly is not served. */
  readonly sendMilliseconds: number;
  readonly stallMilliseconds: number;
  /** A stream on which nothing was sent for so long is closed. */
  readonly idleMilliseconds: number;
}

export const bitswapLimits: BitswapLimits = {
  answerBytes: 4 * MEBIBYTE,
  questionBytes: 128 * KIBIBYTE,
  gatheredAnswerBytes: 32 * MEBIBYTE,
  gatheredQuestionBytes: 4 * MEBIBYTE,
  gatheredBytes: 64 * MEBIBYTE,
  messageMilliseconds: 30_000,
  entries: 2_048,
  messageFields: 32_768,
  senderFields: { burst: 262_144, perSecond: 32_768 },
  peerWants: 1_024,
  allWants: 32_768,
  sentBytes: 512 * KIBIBYTE,
  servedAtOnce: 8,
  servedPerSender: 2,
  sendMilliseconds: 15_000,
  stallMilliseconds: 4_000,
  idleMilliseconds: 5_000,
};
