import { quote } from "../../schemas/quote.ts";
import { OutboundError } from "../errors.ts";

/** Services below this port answer to other protocols and were not made for a stranger's requests. */
const FIRST_UNPRIVILEGED_PORT = 1024;

/** Throws OutboundError `refused` when a stranger may not lead us to such a URL, whoever its host is. */
export function checkStrangerUrl(url: URL): void {
  const fault = strangerUrlFault(url);
  if (fault !== null) {
    throw new OutboundError(`${quote(url.host)} is not asked: ${fault}.`, { reason: "refused" });
  }
}

function strangerUrlFault(url: URL): string | null {
  if (url.username !== "" || url.password !== "") return "the address holds a user name";
  if (!isAllowedPort(url)) return `port ${url.port} is not allowed`;
  // Certificates name hosts without the root's dot, so the name could not be checked.
  if (url.hostname.endsWith(".")) return "the host ends with a dot";
  // RFC 7686: an onion name must not be given to the DNS.
  if (url.hostname.endsWith(".onion")) return "an onion service is reached through Tor only";
  return null;
}

function isAllowedPort(url: URL): boolean {
  // The empty port is the scheme's own: 80 or 443.
  if (url.port === "") return true;
  const port = Number(url.port);
  return port === 443 || port >= FIRST_UNPRIVILEGED_PORT;
}
