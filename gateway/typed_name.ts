import { type Name, parseName } from "../schemas/name.ts";

/** What people paste before and behind a name: a link's scheme, a wallet's URI, a handle. */
const PASTED_BEFORE = /^(?:https?:\/\/|ethereum:|@)/i;
const PASTED_BEHIND = /\/$/;

/** The address of a wallet or a contract account as a part of a path. */
const ADDRESS = /^(?:eip155(?::|%3A)\d+(?::|%3A))?0x[0-9a-f]{40}$/i;

/**
 * The name that somebody means who was asked for one: written by itself, or the link to a page, post or feed at
 * `origin`, or to one of a wallet at any gateway. Throws MalformedNameError.
 */
export function typedName(typed: string, origin: string): Name {
  const text = typed.trim();
  return parseName(nameInLink(text, origin) ?? bareName(text));
}

function bareName(text: string): string {
  return text.replace(PASTED_BEFORE, "").replace(PASTED_BEHIND, "");
}

function nameInLink(text: string, origin: string): string | null {
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null;
  const first = url?.pathname.split("/")[1] ?? "";
  if (url === null || first === "") return null;
  if (url.origin !== origin && !isAddressPart(first)) return null;
  try {
    return decodeURIComponent(first);
  } catch {
    return null;
  }
}

/** Whether a part of a URL's path is the address of a wallet or a contract account. */
export function isAddressPart(part: string): boolean {
  return ADDRESS.test(part);
}
