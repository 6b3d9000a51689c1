import type { Multiaddr } from "@multiformats/multiaddr";
import { LRUCache } from "lru-cache";
import { isOnionName } from "../../schemas/location.ts";
import type { Clock } from "../contracts.ts";
import { type Alarm, deadline } from "../deadline.ts";
import type { DnsClient } from "../dns/client.ts";
import type { AddressRanges } from "../outbound/address_ranges.ts";
import { whyNotPublic } from "../outbound/public_address.ts";
import { vettedAddresses } from "../outbound/vetted_addresses.ts";
import { createRateLimit } from "../rate_limit.ts";

/** Which addresses of peers may be dialled, kept and told to others. */
export interface DialRules {
  /** Without looking a name up: whether the address may be kept, to be dialled later. */
  mayKeep(address: Multiaddr): boolean;
  /** The same for telling it to others: what only the operator named is nobody else's business. */
  mayTell(address: Multiaddr): boolean;
  /**
   * Names are looked up: every address behind one must be public. Never throws. Strangers name names:
   * so many are looked up in a second, and the others may be dialled another time.
   */
  mayDial(address: Multiaddr): Promise<boolean>;
  /** The operator named it: it may be private from now on. */
  trust(address: Multiaddr): void;
}

/** Addresses that the operator named at run time; beyond it the one used longest ago is forgotten. */
const TRUSTED_MAX = 1_000;

/** Names whose addresses were vetted: a look-up in the DHT asks about the same ones again and again. */
const NAMES_MAX = 1_000;
const NAME_MILLISECONDS = 30_000;
const NAME_LOOK_UP_MILLISECONDS = 2_000;
const NAME_LOOK_UPS = { burst: 100, perSecond: 10 };

/** What may follow an IP address: TCP alone, or WebSockets over it, with TLS or without. */
const AFTER_ADDRESS = ["tcp", "tcp/ws", "tcp/tls/ws", "tcp/wss"];
/**
 * What may follow a name: TLS only. The name's addresses are looked up again when it is dialled, and
 * may be others by then; but no service inside a private network has a certificate for a stranger's name.
 */
const AFTER_NAME = ["tcp/tls/ws", "tcp/wss"];

/** A stranger's address, as far as it is one that may be dialled. */
type Target = { readonly address: string } | { readonly name: string };

export function createDialRules(
  { allowPrivate, dns, clock, alarm }: {
    allowPrivate: AddressRanges;
    dns: DnsClient;
    clock: Clock;
    alarm: Alarm;
  },
): DialRules {
  const trusted = new LRUCache<string, true>({ max: TRUSTED_MAX });
  const names = new LRUCache<string, { readonly allowed: boolean; readonly until: number }>({
    max: NAMES_MAX,
  });

  const lookUps = createRateLimit(NAME_LOOK_UPS, { clock, maxKeys: 1 });

  const isTrusted = (address: Multiaddr) => trusted.get(withoutPeer(address)) === true;
  const isAllowed = (ip: string) => allowPrivate.includes(ip) || whyNotPublic(ip) === null;

  async function isPublicName(name: string): Promise<boolean> {
    const known = names.get(name);
    if (known !== undefined && known.until > clock()) return known.allowed;
    if (lookUps.take("") > 0) return false;
    using limit = deadline(NAME_LOOK_UP_MILLISECONDS, { alarm });
    const allowed = await vettedAddresses(name, { dns, allowPrivate }, limit)
      .then(() => true, () => false);
    names.set(name, { allowed, until: clock() + NAME_MILLISECONDS });
    return allowed;
  }

  function mayTell(address: Multiaddr): boolean {
    const target = targetOf(address);
    if (target === null) return false;
    return "name" in target || isAllowed(target.address);
  }

  return {
    mayKeep: (address) => isTrusted(address) || mayTell(address),
    mayTell,

    async mayDial(address) {
      // Dialling would ask the DNS for its name.
      if (isOnion(address)) return false;
      if (isTrusted(address)) return true;
      const target = targetOf(address);
      if (target === null) return false;
      return "name" in target ? await isPublicName(target.name) : isAllowed(target.address);
    },

    trust: (address) => void trusted.set(withoutPeer(address), true),
  };
}

/** The address without the peer's id at its end. */
function withoutPeer(address: Multiaddr): string {
  return address.toString().replace(/\/p2p\/[^/]+$/, "");
}

function isOnion(address: Multiaddr): boolean {
  return address.getComponents().some(({ name, value }) =>
    name.startsWith("dns") && isOnionName(value ?? "")
  );
}

function targetOf(address: Multiaddr): Target | null {
  const [host, ...others] = address.getComponents();
  if (host?.value === undefined) return null;
  const after = others.map(({ name }) => name).join("/").replace(/\/p2p$/, "");
  if (host.name === "ip4" || host.name === "ip6") {
    return AFTER_ADDRESS.includes(after) ? { address: host.value } : null;
  }
  const isName = ["dns", "dns4", "dns6"].includes(host.name);
  return isName && AFTER_NAME.includes(after) ? { name: host.value } : null;
}
