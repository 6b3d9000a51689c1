import type { Clock } from "../../../resolver/contracts.ts";
import type { DnsClient } from "../../../resolver/dns/client.ts";
import { createDnsClient } from "../../../resolver/dns/create.ts";
import { dnsSetting } from "../../../resolver/dns/setting.ts";
import { createOutbound } from "../../../resolver/outbound/create.ts";
import type { Outbound } from "../../../resolver/outbound/outbound.ts";
import { allowPrivateSetting } from "../../../resolver/outbound/setting.ts";
import { createTorOutbound, newTorSecret } from "../../../resolver/outbound/tor.ts";
import { torSocksSetting } from "../../../resolver/transports/tor.ts";
import { createVerifier, type Verifier } from "../../../resolver/verify.ts";
import type { Settings } from "../../../schemas/setting.ts";
import { readConfig } from "../../config/config.ts";
import { platformDataFolder } from "../../config/data_folder.ts";
import { dataFolderSetting } from "../../config/settings.ts";
import type { Terminal } from "./terminal.ts";

/** What the steps of the command work with. */
export interface Tools {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly settings: Settings;
  /** Where the own node lives. */
  readonly dataDir: string;
  readonly dns: DnsClient;
  readonly outbound: Outbound;
  /** Reaches onion services, and nothing else; null without TOR_SOCKS. */
  readonly tor: Outbound | null;
  readonly verifier: Verifier;
  readonly clock: Clock;
  readonly terminal: Terminal;
}

/** Throws OurSpaceError when a setting cannot be used. */
export function createTools(environment: Tools["environment"], terminal: Terminal): Tools {
  const settings = readConfig(environment);
  const clock = Date.now;
  const proxy = settings.get(torSocksSetting);
  const dns = createDnsClient(settings.get(dnsSetting));
  return {
    environment,
    settings,
    dataDir: settings.get(dataFolderSetting) ?? platformDataFolder(Deno.build.os, environment),
    dns,
    outbound: createOutbound({ dns, allowPrivate: settings.get(allowPrivateSetting), clock }),
    tor: proxy === null
      ? null
      : createTorOutbound({ proxy, clock, secret: newTorSecret() })("publish"),
    verifier: createVerifier({ clock }),
    clock,
    terminal,
  };
}
