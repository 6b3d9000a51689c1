import { isOnionHost, isOnionName } from "../../schemas/location.ts";
import { quote } from "../../schemas/quote.ts";
import { OutboundError } from "../errors.ts";
import type { Exchange } from "./exchange.ts";

/** Services below this port answer to other protocols and were not made for a stranger's requests. */
const FIRST_UNPRIVILEGED_PORT = 1024;

/** Throws OutboundError `refused` when a stranger may not lead us to such a URL, whoever its host is. */
export function checkStrangerUrl(url: URL): void {
  refuse(url, authorityFault(url) ?? clearnetFault(url));
}

/** The same for a URL that is asked through Tor: an onion service, and nothing else. */
export function checkOnionUrl(url: URL): void {
  refuse(url, authorityFault(url) ?? (isOnionHost(url.hostname) ? null : "it is no onion service"));
}

/** Throws OutboundError `refused` for a method that could change something at a stranger's host. */
export function checkOnlyReads(method: Exchange["method"]): void {
  if (method === "GET" || method === "HEAD") return;
  throw new OutboundError("Nothing is sent to a stranger's host.", { reason: "refused" });
}

function refuse(url: URL, fault: string | null): void {
  if (fault === null) return;
  throw new OutboundError(`${quote(url.host)} is not asked: ${fault}.`, { reason: "refused" });
}

function authorityFault(url: URL): string | null {
  if (url.username !== "" || url.password !== "") return "the address holds a user name";
  return isAllowedPort(url) ? null : `port ${url.port} is not allowed`;
}

function clearnetFault(url: URL): string | null {
  // Certificates name hosts without the root's dot, so the name could not be checked.
  if (url.hostname.endsWith(".")) return "the host ends with a dot";
  if (isOnionName(url.hostname)) return "an onion service is reached through Tor only";
  return null;
}

function isAllowedPort(url: URL): boolean {
  // The empty port is the scheme's own: 80 or 443.
  if (url.port === "") return true;
  const port = Number(url.port);
  return port === 443 || port >= FIRST_UNPRIVILEGED_PORT;
}
