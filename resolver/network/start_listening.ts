import type { PrivateKey } from "@libp2p/interface";
import { OurSpaceError } from "../../schemas/errors.ts";
import type { BitswapOptions } from "../bitswap/bitswap.ts";
import type { Alarm } from "../deadline.ts";
import type { KeyValueStore } from "../node/node.ts";
import { allowPrivateSetting } from "../outbound/setting.ts";
import type { DhtGuards } from "./dht_service.ts";
import { type Host, startHost } from "./libp2p_host.ts";
import { listenFailures } from "./listen_failures.ts";
import { planListening } from "./listening.ts";
import { discoverOnLan } from "./mdns.ts";
import type { NetworkOptions } from "./open_network.ts";
import type { PeerData } from "./peer_data.ts";
import { dhtListenSetting, dhtMdnsSetting } from "./settings.ts";
import type { NetworkTimes } from "./times.ts";

/** Where the port that was chosen once is kept. */
const PORT_KEY = "network/tcp-port";

/** A started host. */
export interface StartedHost {
  readonly host: Host;
  readonly mode: "server" | "client";
  /** Whether WebSockets on the HTTP port are taken. */
  readonly httpPort: boolean;
}

/**
 * Starts the host where the settings say. The TCP port that nobody asked for is chosen once; when
 * somebody else has it at a later start, another one is taken and kept. What fails leaves nothing open.
 */
export async function startListening(
  { node, settings, httpAddress, publicOrigin, report }: NetworkOptions,
  parts: {
    privateKey: PrivateKey;
    peerData: PeerData;
    guards: DhtGuards;
    bitswap: BitswapOptions;
    times: NetworkTimes;
    alarm: Alarm;
    signal: AbortSignal;
  },
): Promise<StartedHost> {
  const own = httpAddress?.hostname ?? "127.0.0.1";
  const relaxed = settings.get(allowPrivateSetting).includes(own.replace(/^\[|\]$/g, ""));
  const discovery = settings.get(dhtMdnsSetting)
    ? [await discoverOnLan(parts.guards.dialRules)]
    : [];

  async function start(tcpPort: number): Promise<StartedHost> {
    const listening = planListening(settings, { httpAddress, publicOrigin, tcpPort });
    const mode = listening.listen.length === 0 && !listening.httpPort ? "client" : "server";
    const host = await startHost({ ...parts, listening, mode, relaxed, discovery });
    return { host, mode, httpPort: listening.httpPort };
  }

  const keepsPort = settings.get(dhtListenSetting) === "default";
  const kept = keepsPort ? readPort(node.keyValues) : 0;
  const started = await start(kept).catch(async (cause) => {
    if (kept === 0) {
      throw new OurSpaceError("The network cannot listen where it should.", {
        remedy: "Set DHT_LISTEN to addresses that this machine has and nobody else uses.",
        cause: listenFailures(cause),
      });
    }
    const other = await start(0);
    report(
      `The port ${kept} of the network is taken: another one is used from now on. ` +
        "Other nodes may need its new address.",
    );
    return other;
  });
  if (!keepsPort) return started;
  try {
    keepPort(node.keyValues, started.host);
  } catch (error) {
    await started.host.libp2p.stop();
    throw error;
  }
  return started;
}

function readPort(values: KeyValueStore): number {
  const held = values.get(PORT_KEY);
  const port = held === null ? 0 : Number(new TextDecoder().decode(held));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0;
}

function keepPort(values: KeyValueStore, { listeningOn }: Host): void {
  for (const address of listeningOn()) {
    const [, port] = /^\/ip[46]\/[^/]+\/tcp\/(\d+)$/.exec(address) ?? [];
    if (port !== undefined) values.put(PORT_KEY, new TextEncoder().encode(port));
  }
}
