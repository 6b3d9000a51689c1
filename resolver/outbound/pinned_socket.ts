import type { LookupFunction, Socket } from "node:net";

/** Where a connection may go, and whose certificates it accepts. */
export interface Pin {
  /** Tried one after the other (RFC 8305); nothing is looked up again. */
  readonly addresses: readonly string[];
  /** PEM; instead of the runtime's own when there are any. */
  readonly certificateAuthorities: readonly string[];
}

/**
 * Connects to the pinned addresses for the URL's host, with TLS checked for that host. The agent of
 * node:https would do the same, but reads all root certificates first, for which the runtime wants a
 * permission that cannot be given alone (`--allow-sys`).
 */
export async function pinnedSocket(url: URL, pin: Pin): Promise<() => Socket> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const lookup = pinnedLookup(pin.addresses);
  if (url.protocol === "http:") {
    const { connect } = await import("node:net");
    return () => connect({ host, port: Number(url.port || 80), lookup });
  }
  const [{ connect }, { isIP }] = await Promise.all([import("node:tls"), import("node:net")]);
  const ca = [...pin.certificateAuthorities];
  return () =>
    connect({
      host,
      port: Number(url.port || 443),
      lookup,
      // RFC 6066, section 3: an address is no server name.
      ...(isIP(host) === 0 && { servername: host }),
      // Said here so that no environment variable can switch the check off.
      rejectUnauthorized: true,
      ...(ca.length > 0 && { ca }),
    });
}

/** The runtime asks for all addresses, to try the next when one is dead. */
function pinnedLookup(addresses: readonly string[]): LookupFunction {
  const pinned = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  return (_host, _options, answer) => answer(null, pinned);
}
