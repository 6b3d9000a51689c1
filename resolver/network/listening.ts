import { getThinWaistAddresses } from "@libp2p/utils";
import { multiaddr } from "@multiformats/multiaddr";
import { OurSpaceError } from "../../schemas/errors.ts";
import { quote } from "../../schemas/quote.ts";
import type { Settings } from "../../schemas/setting.ts";
import { parseIpAddress } from "../outbound/ip_address.ts";
import { dhtAnnounceSetting, dhtListenSetting } from "./settings.ts";

/** Where the HTTP server listens. */
export interface HttpAddress {
  readonly hostname: string;
  readonly port: number;
}

/** Where a node listens and what it tells others. All empty: it is a client. */
export interface Listening {
  /** For libp2p's own listeners. */
  readonly listen: readonly string[];
  /** Whether WebSockets on the HTTP port are taken. */
  readonly httpPort: boolean;
  /** Told besides those that are listened on. */
  readonly append: readonly string[];
  /** Told instead of all others, unless empty. */
  readonly announce: readonly string[];
}

/** `tcpPort` is the one that was kept; 0: take any. Throws an OurSpaceError for unusable settings. */
export function planListening(
  settings: Settings,
  { httpAddress, publicOrigin, tcpPort }: {
    httpAddress: HttpAddress | null;
    publicOrigin: URL | null;
    tcpPort: number;
  },
): Listening {
  const wanted = settings.get(dhtListenSetting);
  const announce = settings.get(dhtAnnounceSetting).map(checked);
  if (wanted.length === 0) return { listen: [], httpPort: false, append: [], announce: [] };
  const onHttpPort = httpAddress === null ? null : `${ipAddress(httpAddress)}/ws`;
  const listen = wanted === "default"
    ? [tcpAddress(httpAddress, tcpPort)]
    : wanted.map(checked).filter((address) => address !== onHttpPort);
  const httpPort = onHttpPort !== null &&
    (wanted === "default" || wanted.map(checked).includes(onHttpPort));
  const append = httpPort ? [...interfaces(onHttpPort), ...atPublicOrigin(publicOrigin)] : [];
  return { listen, httpPort, append, announce };
}

/** `/ip4/…/tcp/<port>` of the address, with another port if one is given. */
function ipAddress({ hostname, port }: HttpAddress): string {
  const literal = hostname.replace(/^\[|\]$/g, "");
  const ip = literal === "localhost" ? "127.0.0.1" : literal;
  const version = parseIpAddress(ip)?.version;
  if (version === undefined) {
    throw new OurSpaceError(`The network cannot listen on ${quote(hostname)}.`, {
      remedy: "Set HOST to an IP address, or DHT_LISTEN to multiaddresses.",
    });
  }
  return `/ip${version}/${ip}/tcp/${port}`;
}

function tcpAddress(httpAddress: HttpAddress | null, port: number): string {
  return ipAddress({ hostname: httpAddress?.hostname ?? "127.0.0.1", port });
}

/** All addresses of this machine where it listens on "all". */
function interfaces(address: string): string[] {
  return getThinWaistAddresses(multiaddr(address.replace(/\/ws$/, ""))).map((one) => `${one}/ws`);
}

/** Behind a proxy that speaks TLS, the HTTP port carries WebSockets like everything else. */
function atPublicOrigin(origin: URL | null): string[] {
  if (origin?.protocol !== "https:") return [];
  const host = origin.hostname.replace(/^\[|\]$/g, "");
  const version = parseIpAddress(host)?.version;
  const kind = version === undefined ? "dns4" : `ip${version}`;
  return [`/${kind}/${host}/tcp/${origin.port || "443"}/tls/ws`];
}

/** Throws an OurSpaceError for a text that is no multiaddress. */
export function checked(text: string): string {
  try {
    return multiaddr(text).toString();
  } catch (cause) {
    throw new OurSpaceError(`${quote(text)} is no multiaddress.`, {
      remedy: "Compare it with the form /ip4/192.0.2.1/tcp/4001/p2p/12D3….",
      cause,
    });
  }
}
