import { OurSpaceError } from "../../schemas/errors.ts";
import { parseOnOff } from "../../schemas/on_off.ts";
import { quote } from "../../schemas/quote.ts";
import type { Setting } from "../../schemas/setting.ts";

/** Characters; a full multiaddress with a long domain and a peer id stays below 400. */
const MULTIADDR_MAX_LENGTH = 512;

/** What `DHT_LISTEN` stands for when it is unset. */
const DEFAULT_LISTEN = "default";

export const bootstrapSetting: Setting<readonly string[]> = {
  name: "BOOTSTRAP",
  fallback: "",
  parse: parseMultiaddrs,
  meaning: "DHT entry points: other nodes' multiaddresses, comma separated.",
  danger: "These hosts are reached even when they are private.",
  secret: false,
};

export const bitswapPeersSetting: Setting<readonly string[]> = {
  name: "BITSWAP_PEERS",
  fallback: "",
  parse: parseMultiaddrs,
  meaning:
    "IPFS nodes (Kubo, Helia) that are kept connected and asked for blocks, and may ask for " +
    "this node's: multiaddresses, comma separated.",
  danger:
    "These hosts learn which content is read here, and are reached even when they are private.",
  secret: false,
};

export const dhtListenSetting: Setting<"default" | readonly string[]> = {
  name: "DHT_LISTEN",
  fallback: DEFAULT_LISTEN,
  fallbackMeaning: "a TCP port on `HOST` chosen once and kept, and WebSockets on the HTTP port",
  parse: (text) => text === DEFAULT_LISTEN ? DEFAULT_LISTEN : parseMultiaddrs(text),
  meaning: "Where the node takes the DHT's connections: multiaddresses, comma separated. Empty: " +
    "nowhere; it then asks and publishes, and serves nobody.",
  danger: "",
  secret: false,
};

export const dhtAnnounceSetting: Setting<readonly string[]> = {
  name: "DHT_ANNOUNCE",
  fallback: "",
  fallbackMeaning: "the listening addresses, and `PUBLIC_URL` when it is https",
  parse: parseMultiaddrs,
  meaning: "Multiaddresses that other nodes are told instead of the listening ones, comma " +
    "separated: for hosts behind a proxy or a port forwarding.",
  danger: "With wrong ones nobody finds this node.",
  secret: false,
};

export const dhtMdnsSetting: Setting<boolean> = {
  name: "DHT_MDNS",
  fallback: "off",
  parse: parseOnOff,
  meaning: "Whether nodes of the local network find each other by multicast DNS: `on` or `off`.",
  danger:
    "Everybody on the local network learns of this node and can make it connect to hosts there.",
  secret: false,
};

/** Everything that the network can be told. */
export const networkSettings: readonly Setting<unknown>[] = [
  bootstrapSetting,
  bitswapPeersSetting,
  dhtListenSetting,
  dhtAnnounceSetting,
  dhtMdnsSetting,
];

/** Only the outer form: what the parts mean is checked where the library for it is loaded. */
function parseMultiaddrs(text: string): readonly string[] {
  const addresses = new Set<string>();
  for (const part of text.split(",")) {
    const written = part.trim();
    if (written === "") continue;
    if (written.length > MULTIADDR_MAX_LENGTH || !/^(?:\/[^\/\s]+)+$/.test(written)) {
      throw new OurSpaceError(`${quote(written)} is no multiaddress.`, {
        remedy: "Write addresses like /ip4/192.0.2.1/tcp/4001/p2p/12D3… or " +
          "/dns4/node.example/tcp/443/tls/ws, several separated by commas." +
          (/^https?:/i.test(written) ? " A gateway's address goes into PEERS." : ""),
      });
    }
    addresses.add(written);
  }
  return [...addresses];
}
