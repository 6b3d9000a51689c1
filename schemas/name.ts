import { domainToASCII, domainToUnicode } from "node:url";
import { MalformedNameError } from "./errors.ts";
import { type Identity, identityText, parseIdentity } from "./identity.ts";
import { quote } from "./quote.ts";

/** What a visitor typed, understood. `text` is the canonical form. */
export type Name =
  | { readonly kind: "identity"; readonly text: string; readonly identity: Identity }
  | { readonly kind: "dns"; readonly text: string }
  | { readonly kind: "ens"; readonly text: string };

/** UTF-16 units, before anything else is looked at: twice a DNS name, for Unicode that shrinks. */
export const NAME_MAX_LENGTH = 512;

/** Characters. RFC 1035, section 2.3.4, without the root's dot. */
export const DNS_NAME_MAX_LENGTH = 253;
/** RFC 5890, section 2.3.1: a label of letters, digits and inner hyphens. */
const LDH_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Never delegated: RFC 6761 (localhost, test), RFC 6762 (local), RFC 7686 (onion). */
const SPECIAL_USE = new Set(["localhost", "local", "onion", "test"]);

/** What remains of an ENS name when UTS 46 is done; ENSIP-15 is applied by whoever looks it up. */
const ENS_LABEL = /^[a-z0-9_-]+$/;

const FORMS = "Write a wallet address (0x…) or a domain (alice.example), " +
  "without https:// before it and without a port or path behind it.";

/**
 * Understands what a visitor typed: `0x…`, `eip155:<chain>:0x…`, a DNS name (any case, Unicode, a
 * trailing dot), or an ENS name. Throws MalformedNameError, whose remedy says what to write.
 */
export function parseName(written: string): Name {
  if (written.length > NAME_MAX_LENGTH) {
    throw new MalformedNameError("The name is too long.", { remedy: FORMS });
  }
  // With a dot behind 0x it is a domain, like 0xalice.example.
  if (/^(?:eip155:|0x[^.]*$)/i.test(written)) {
    const identity = parseIdentity(written);
    return { kind: "identity", text: identityText(identity), identity };
  }
  const ascii = toAscii(written).replace(/\.$/, "");
  const labels = ascii.split(".");
  if (labels.at(-1) === "eth" && labels.length > 1 && labels.every((l) => ENS_LABEL.test(l))) {
    return { kind: "ens", text: domainToUnicode(ascii) };
  }
  const fault = dnsFault(ascii, labels);
  if (fault !== null) {
    throw new MalformedNameError(`${quote(written)} is no name: ${fault}.`, { remedy: FORMS });
  }
  return { kind: "dns", text: ascii };
}

/** The name as the path of its feed at a gateway, percent-encoded: ENS names may be Unicode. */
export function namePath(name: Name): string {
  return `/${encodeURI(name.text)}`;
}

/**
 * UTS 46, non-transitional, by the runtime's own table: tr46 would cost every cold start 20 to 40 ms
 * for its tables. The empty text when there is no ASCII form. STD3 rules are `LDH_LABEL`'s part.
 */
function toAscii(written: string): string {
  const lower = written.toLowerCase();
  const plain = /^\p{ASCII}*$/u.test(lower) && !lower.includes("xn--");
  return plain ? lower : domainToASCII(written);
}

/** Which rule a DNS name in ASCII breaks, or null. */
function dnsFault(ascii: string, labels: readonly string[]): string | null {
  const top = labels.at(-1) ?? "";
  if (ascii === "") return "it is empty, or has characters that no domain may have";
  if (ascii.length > DNS_NAME_MAX_LENGTH) return "it is longer than a domain may be";
  if (isAddressLike(ascii, top)) {
    return "it is an IP address, or its last part starts with a digit as no domain does";
  }
  if (SPECIAL_USE.has(top)) return `names under .${top} are not in the public DNS`;
  if (labels.length < 2) return "a domain has at least two parts, like alice.example";
  if (!labels.every((label) => LDH_LABEL.test(label))) {
    return "the parts of a domain are letters, digits and inner hyphens, at most 63 each";
  }
  return null;
}

/** IPv6, or a last label that starts like a number: what engines read as IPv4, and no domain has. */
function isAddressLike(ascii: string, top: string): boolean {
  return /^\[|:.*:/.test(ascii) || /^[0-9]/.test(top);
}
