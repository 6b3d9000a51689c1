import { OutboundError } from "../../resolver/errors.ts";
import type { Transport } from "../../resolver/contracts.ts";
import { torTransport } from "../../resolver/transports/tor.ts";
import { OurSpaceError } from "../../schemas/errors.ts";
import type { DnsClient } from "../../resolver/dns/client.ts";
import { partContext } from "./parts.ts";
import {
  type SocksServer,
  type SocksVisit,
  startSocksServer,
  SUCCEEDED,
  welcome,
} from "./socks_server.ts";

/** An onion host as Tor makes them: its checksum is right. */
export const ONION_HOST = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion";

/** A proxy that leads every visit to a port of this machine, and remembers the visits. */
export function startOnionProxy(port: number): SocksServer & { readonly visits: SocksVisit[] } {
  const visits: SocksVisit[] = [];
  const server = startSocksServer(async (connection) => {
    visits.push(await welcome(connection));
    await connection.send(SUCCEEDED);
    await connection.join(port);
  });
  return Object.assign(server, { visits });
}

/** A DNS client that nobody may ask. */
export const NO_DNS: DnsClient = {
  text: (name) => Promise.reject(new Error(`The DNS was asked for ${name}`)),
  addresses: (name) => Promise.reject(new Error(`The DNS was asked for ${name}`)),
};

/** The transport with this proxy; without one unless given. */
export async function torOver(socks = ""): Promise<Transport> {
  const context = partContext({ TOR_SOCKS: socks }, { dns: NO_DNS });
  const [tor] = await torTransport.create(context);
  if (tor === undefined) throw new Error("The transport was not created");
  return tor;
}

/** Why something failed, as a road of an error page has it: an OutboundError's reason, or the words. */
export async function reasonOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(() => new Error("It succeeded"), (error: unknown) => error);
  if (error instanceof OutboundError) return error.reason;
  if (error instanceof OurSpaceError) return error.message;
  throw error;
}
