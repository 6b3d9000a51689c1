import { OurSpaceError } from "../../schemas/errors.ts";
import { identityKey } from "../../schemas/identity.ts";
import { isOnionHost } from "../../schemas/location.ts";
import { quote } from "../../schemas/quote.ts";
import type { Setting } from "../../schemas/setting.ts";
import type { Clock, Part, Transport } from "../contracts.ts";
import { type Endpoint, parseEndpoint } from "../dns/setting.ts";
import { NoRoadError } from "../errors.ts";
import { openedLocation } from "../opened_location.ts";
import { TorError } from "../outbound/tor_error.ts";

/** `TOR_SOCKS`: Tor's SOCKS5 port. */
export const torSocksSetting: Setting<Endpoint | null> = {
  name: "TOR_SOCKS",
  fallback: "",
  parse: parseTorSocks,
  meaning: "Tor's SOCKS5 proxy, e.g. `127.0.0.1:9050`: content at `.onion` locations comes " +
    "through it, each wallet's over circuits of its own.",
  danger:
    "The proxy learns which onion services are asked: it should be Tor's own, on this machine.",
  secret: false,
};

/** How long a service may stop in the middle of its answer. */
const IDLE_MILLISECONDS = 10_000;

/** Onion services. Without the setting they are refused, and not left to anybody else. */
export const torTransport: Part<Transport> = {
  id: "tor",
  settings: [torSocksSetting],
  async create({ settings, clock }) {
    const proxy = settings.get(torSocksSetting);
    const outboundFor = proxy === null ? null : await outboundThrough(proxy, clock);
    return [{
      id: "tor",
      accepts(location) {
        const url = URL.parse(location);
        return url !== null && ["https:", "http:"].includes(url.protocol) &&
          isOnionHost(url.hostname);
      },
      async open(location, { identity, signal, maxBytes, milliseconds }) {
        if (outboundFor === null) {
          throw new NoRoadError("Tor is not configured at this gateway.", {
            remedy: "Its operator can set TOR_SOCKS.",
          });
        }
        const response = await outboundFor(identityKey(identity)).fetch({
          url: location,
          trust: "stranger",
          sameHostOnly: true,
          maxBytes,
          timeoutMilliseconds: milliseconds,
          // Circuits to a service that nobody asked yet take seconds.
          headersMilliseconds: milliseconds,
          idleMilliseconds: IDLE_MILLISECONDS,
        }, { signal }).catch((error) => {
          throw error instanceof TorError
            ? new OurSpaceError(error.message, { cause: error })
            : error;
        });
        return await openedLocation(response);
      },
    }];
  },
};

function parseTorSocks(text: string): Endpoint | null {
  if (text === "") return null;
  const endpoint = /^(?:\[.*\]|[^:]*):\d+$/.test(text) ? parseEndpoint(text) : null;
  if (endpoint !== null) return endpoint;
  throw new OurSpaceError(`${quote(text)} is no address of a SOCKS proxy.`, {
    remedy: "Write 127.0.0.1:9050 or [::1]:9050.",
  });
}

async function outboundThrough(proxy: Endpoint, clock: Clock) {
  const { createTorOutbound, newTorSecret } = await import("../outbound/tor.ts");
  return createTorOutbound({ proxy, clock, secret: newTorSecret() });
}
