/** Longer ones are not read: a DNS name has 253 characters at most, and the rest is short. */
const MAX_CHARACTERS = 512;

/** What stands for `http` and for `https` in a multiaddress behind the port. */
const PLAIN = "http";
const SECURE = "https|tls/http|tls/sni/[!-.0-~]+/http";
const MULTIADDR = new RegExp(
  `^/(dns|dns4|dns6|ip4|ip6)/([^/]+)/tcp/([1-9][0-9]{0,4})/(${PLAIN}|${SECURE})(?:/p2p/[!-.0-~]+)?$`,
);
/** Letters, digits, hyphens, dots, and the colons of IPv6: nothing that means something in a URL. */
const HOST = /^[0-9A-Za-z.:-]+$/;
const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;

/**
 * The origin that a multiaddress of a web server means, e.g. `https://gw.example` for
 * `/dns4/gw.example/tcp/443/tls/http`; null for any other multiaddress and for what is none. A
 * `/p2p/…` at its end and a name behind `sni` are left out. An address stands behind `ip4` or `ip6`, in
 * its canonical form, and a name behind the others; otherwise the host is not judged (rendezvous.md).
 */
export function httpOrigin(multiaddr: string): string | null {
  if (multiaddr.length > MAX_CHARACTERS) return null;
  const [, kind, host = "", port = "", scheme] = MULTIADDR.exec(multiaddr) ?? [];
  if (kind === undefined || !HOST.test(host) || (kind !== "ip6" && host.includes(":"))) return null;
  const written = kind === "ip6" ? `[${host}]` : host;
  const url = URL.parse(`${scheme === PLAIN ? "http" : "https"}://${written}:${port}`);
  if (url === null || url.hostname !== written.toLowerCase()) return null;
  return IPV4.test(host) === (kind === "ip4") ? url.origin : null;
}

/** The multiaddress of the web server at an `http:` or `https:` origin. */
export function httpMultiaddr(origin: URL): string {
  const secure = origin.protocol === "https:";
  const port = origin.port === "" ? (secure ? "443" : "80") : origin.port;
  return `/${hostPart(origin.hostname)}/tcp/${port}/${secure ? "tls/http" : "http"}`;
}

/** `dns`, not `dns4`: a gateway may have IPv6 alone. */
function hostPart(hostname: string): string {
  if (hostname.startsWith("[")) return `ip6/${hostname.slice(1, -1)}`;
  return IPV4.test(hostname) ? `ip4/${hostname}` : `dns/${hostname}`;
}
