const NOT_REACHED = "The onion service cannot be reached: it may be offline.";
const NO_SUCH_ADDRESS = "There is no onion service of this address.";
const LOCKED = "The onion service lets only chosen visitors in.";

/**
 * What a proxy's refusal means for an onion service, by its code. Without `ExtendedErrors` on its port
 * Tor says only what RFC 1928 has words for.
 */
const REPLIES: ReadonlyMap<number, string> = new Map([
  // RFC 1928, section 6.
  [0x01, NOT_REACHED],
  [0x02, "The Tor proxy does not allow this connection."],
  [0x03, NOT_REACHED],
  [0x04, NOT_REACHED],
  [0x05, "The onion service runs, but nothing answers at this port."],
  [0x06, "The onion service did not answer through Tor in time."],
  [0x07, "The Tor proxy does not do what it is asked for."],
  [0x08, "The Tor proxy does not know onion addresses."],
  // Tor's proposal 304.
  [0xf0, NOT_REACHED], // no descriptor was found
  [0xf1, NO_SUCH_ADDRESS], // the descriptor is invalid
  [0xf2, NOT_REACHED], // the introduction failed
  [0xf3, NOT_REACHED], // the rendezvous failed
  [0xf4, LOCKED], // no key for it is known
  [0xf5, LOCKED], // the key for it is wrong
  [0xf6, NO_SUCH_ADDRESS], // checksum or version
  [0xf7, "The onion service did not answer through Tor in time."],
]);

/** What a SOCKS5 proxy's reply other than "succeeded" means, in a sentence. */
export function describeSocksReply(code: number): string {
  return REPLIES.get(code) ?? "The Tor proxy refused the connection.";
}
