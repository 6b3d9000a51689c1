import { LRUCache } from "lru-cache";
import type { CID } from "multiformats/cid";
import { type Identity, identityKey } from "../../schemas/identity.ts";

/** A location that serves the DAG under a root, and whose pointer names it. */
export interface Home {
  readonly root: CID;
  readonly location: string;
  readonly identity: Identity;
}

/** Which location's CAR holds a block, for those who ask for that block alone. */
export interface Homes {
  get(cid: CID): Home | undefined;
  /** The block came from there. */
  given(cid: CID, home: Home): void;
  /** A block from there links to it, which proves nothing: whoever gave the block itself stays its home. */
  linked(cid: CID, home: Home): void;
}

/** How many blocks' homes are remembered. */
export interface HomesOptions {
  readonly limit?: number;
  /** Of one wallet. */
  readonly walletLimit?: number;
}

/** The pictures of some thousand feeds, 10 MB. */
const MAX_HOMES = 50_000;

/** As many as are remembered of what one feed refers to. A CAR can link to 80,000. */
const MAX_HOMES_OF_WALLET = 10_000;

/** Of each wallet what came last is remembered, and of all wallets what was used last. */
export function createHomes(
  { limit = MAX_HOMES, walletLimit = MAX_HOMES_OF_WALLET }: HomesOptions = {},
): Homes {
  /** A Set keeps the order of insertion: the wallet's oldest come first. */
  const ofWallets = new Map<string, Set<string>>();
  // With `max` it would take its memory at once, which costs every cold start some milliseconds.
  const homes = new LRUCache<string, Home>({
    maxSize: limit,
    sizeCalculation: () => 1,
    dispose: forget,
  });

  function forget({ identity }: Home, key: string): void {
    const wallet = identityKey(identity);
    const own = ofWallets.get(wallet);
    own?.delete(key);
    if (own?.size === 0) ofWallets.delete(wallet);
  }

  function remember(key: string, home: Home): void {
    const wallet = identityKey(home.identity);
    const own = ofWallets.get(wallet) ?? new Set<string>();
    const [oldest] = own;
    const isFull = own.size >= walletLimit && !own.has(key);
    if (isFull && oldest !== undefined) homes.delete(oldest);
    homes.set(key, home);
    ofWallets.set(wallet, own.add(key));
  }

  return {
    get: (cid) => homes.get(cid.toString()),
    given: (cid, home) => remember(cid.toString(), home),
    linked(cid, home) {
      const key = cid.toString();
      if (!homes.has(key)) remember(key, home);
    },
  };
}
