import { MalformedNameError } from "../../schemas/errors.ts";
import { type Identity, identityText, parseIdentity } from "../../schemas/identity.ts";
import { DNS_NAME_MAX_LENGTH, type Name } from "../../schemas/name.ts";
import { quote } from "../../schemas/quote.ts";
import type { Call, NameRecord, NameSystem, Part } from "../contracts.ts";
import type { DnsClient } from "../dns/client.ts";
import { NameLookupError } from "../errors.ts";

const LABEL = "_ourspace";
const PREFIX = "address=";

/** A TTL of 0 must not mean a look-up for each visitor of a busy page. */
const MIN_TTL_SECONDS = 5;
/** A mistyped TTL must not keep a wrong address for weeks. */
const MAX_TTL_SECONDS = 3600;

/** `alice.example` by its record `_ourspace.alice.example TXT "address=0x…"`. */
export const dnsNames: Part<NameSystem> = {
  id: "dns",
  settings: [],
  create: ({ dns }) =>
    Promise.resolve([{
      id: "dns",
      kinds: ["dns"],
      resolve: (name, call) => lookUpRecord(name, dns, call),
    }]),
};

async function lookUpRecord(name: Name, dns: DnsClient, call: Call): Promise<NameRecord | null> {
  const owner = `${LABEL}.${name.text}`;
  // A name so long can have no such record.
  if (owner.length > DNS_NAME_MAX_LENGTH) return null;
  const { records, authenticated, ttlSeconds } = await dns.text(owner, call);
  const identity = onlyIdentity(owner, records);
  return identity && {
    identity,
    via: "dns",
    authenticated,
    ttlSeconds: Math.min(Math.max(ttlSeconds, MIN_TTL_SECONDS), MAX_TTL_SECONDS),
  };
}

/** Null when no record is meant for us. Throws NameLookupError `malformed` or `ambiguous`. */
function onlyIdentity(owner: string, records: readonly string[]): Identity | null {
  const found = new Map<string, Identity>();
  for (const record of records) {
    if (!record.startsWith(PREFIX)) continue;
    const identity = parseRecord(owner, record);
    found.set(identityText(identity), identity);
  }
  const [identity = null, ...others] = found.values();
  if (others.length === 0) return identity;
  throw new NameLookupError(`${owner} names ${found.size} different addresses.`, {
    reason: "ambiguous",
    remedy: "The domain's owner has to remove the TXT records that do not belong there.",
  });
}

function parseRecord(owner: string, record: string): Identity {
  try {
    return parseIdentity(record.slice(PREFIX.length));
  } catch (cause) {
    if (!(cause instanceof MalformedNameError)) throw cause;
    throw new NameLookupError(`${owner} has a TXT record ${quote(record)}: ${cause.message}`, {
      reason: "malformed",
      remedy: `The domain's owner has to correct the record. ${cause.remedy}`,
      cause,
    });
  }
}
