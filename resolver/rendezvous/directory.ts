import { httpOrigin } from "../../schemas/http_multiaddr.ts";
import type { Call } from "../contracts.ts";

/** Somebody who says that they hold a block. Nothing of it is trusted. */
export interface Provider {
  /** The libp2p peer id of the provider's IPFS daemon. */
  readonly peer: string;
  /** Where the provider has a web server, as `https://…` or `http://…` without a path. */
  readonly origins: readonly string[];
}

/** A way to ask the IPFS network who provides a block. */
export interface Directory {
  /** For reports. */
  readonly id: string;
  /**
   * Providers, as they are found; the same one may come twice. Nothing: nobody provides it.
   * Throws OurSpaceError when it could not be asked, and the signal's reason.
   */
  providers(cid: string, call: Call): AsyncIterable<Provider>;
}

/** More of a provider's web addresses are not used. */
const MAX_ORIGINS = 2;
/** More of a provider's addresses are not looked at; daemons announce some 10. */
const MAX_ADDRESSES = 64;
/** A peer id has 46 to 62 characters. */
const MAX_PEER_CHARACTERS = 128;

/**
 * Reads what Kubo's RPC and the peer schema of Delegated Routing V1 have in common: `ID` and `Addrs`.
 * Null for anything else; addresses that are of no use are left out.
 */
export function readProvider(value: unknown): Provider | null {
  const { ID: peer, Addrs: addresses } = fieldsOf(value);
  if (typeof peer !== "string" || peer.length > MAX_PEER_CHARACTERS) return null;
  if (!Array.isArray(addresses)) return null;
  const origins = addresses.slice(0, MAX_ADDRESSES).flatMap((address: unknown) =>
    typeof address === "string" ? httpOrigin(address) ?? [] : []
  );
  return { peer, origins: [...new Set(origins)].slice(0, MAX_ORIGINS) };
}

/** The fields of a JSON object; none for any other value. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
