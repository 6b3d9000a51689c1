import { AsyncLocalStorage } from "node:async_hooks";
import type { Connection } from "@libp2p/interface";
import type { Multiaddr } from "@multiformats/multiaddr";
import { LRUCache } from "lru-cache";
import { clientKey, isLoopback } from "../client_key.ts";
import type { Clock } from "../contracts.ts";
import { createRateLimit } from "../rate_limit.ts";

/**
 * A look-up or a put is one or two messages to a node. Who looks after 100,000 pointers puts two a
 * second in the long run, and many at once after a start.
 */
const MESSAGES = { burst: 500, perSecond: 50 };

/** Peer ids cost nothing: all senders behind the proxies of this machine have so much together. */
const PROXIED_MESSAGES = { burst: 5_000, perSecond: 500 };
const BEHIND_PROXY = "peer:";

/** An honest node checks before it sends; one that runs an older program may be wrong now and then. */
const FORGERIES = { burst: 5, perSecond: 1 / 60 };

/** How long one that sent more forgeries is not served; milliseconds. */
const DISGRACE_MILLISECONDS = 10 * 60 * 1_000;

/** Senders that are remembered, some 200 bytes each. */
const MAX_SENDERS = 10_000;

/** Who sends too much, or too much of what is forged. */
export interface Senders {
  /** False when this sender has sent too many messages. It is counted. */
  mayAsk(sender: string): boolean;
  isDisgraced(sender: string): boolean;
  /** It sent a record that nobody honest sends. */
  forged(sender: string): void;
}

export function createSenders(clock: Clock): Senders {
  const messages = createRateLimit(MESSAGES, { clock, maxKeys: MAX_SENDERS });
  const proxied = createRateLimit(PROXIED_MESSAGES, { clock, maxKeys: 1 });
  const forgeries = createRateLimit(FORGERIES, { clock, maxKeys: MAX_SENDERS });
  const disgraced = new LRUCache<string, number>({ max: MAX_SENDERS });

  return {
    mayAsk: (sender) =>
      messages.take(sender) === 0 &&
      (!sender.startsWith(BEHIND_PROXY) || proxied.take(BEHIND_PROXY) === 0),
    isDisgraced: (sender) => (disgraced.get(sender) ?? 0) > clock(),
    forged(sender) {
      if (forgeries.take(sender) > 0) disgraced.set(sender, clock() + DISGRACE_MILLISECONDS);
    },
  };
}

/** What a sender is counted by: its address, or, behind a proxy on this machine, its peer id. */
export function senderOf({ remoteAddr, remotePeer }: Connection): string {
  const address = addressOf(remoteAddr);
  return isLoopback(address) ? BEHIND_PROXY + remotePeer.toString() : clientKey(address);
}

/** The IP address that a connection comes from; what has none comes from this machine. */
export function addressOf(remote: Multiaddr): string {
  const [host] = remote.getComponents();
  return (host?.name === "ip4" || host?.name === "ip6" ? host.value : undefined) ?? "127.0.0.1";
}

/**
 * Whose message is being handled: the engine hands neither its validators nor its datastore the
 * sender. Empty while this node works for itself.
 */
export const currentSender = new AsyncLocalStorage<string>();
