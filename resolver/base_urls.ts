import { OurSpaceError } from "../schemas/errors.ts";
import { isOnionName } from "../schemas/location.ts";

/**
 * Reads a comma-separated list of `http(s)://host[:port][/path]`, the form in which an operator names
 * other services. Returns each without a slash at its end, in order, duplicates removed.
 *
 * Throws OurSpaceError, which need not name the setting, for another scheme, credentials (they would end up in logs), a query, a
 * fragment, or an onion service, which nothing here asks.
 */
export function parseBaseUrls(text: string): readonly string[] {
  const urls = new Set<string>();
  for (const part of text.split(",")) {
    const written = part.trim();
    if (written !== "") urls.add(parseBaseUrl(written));
  }
  return [...urls];
}

function parseBaseUrl(written: string): string {
  const url = URL.parse(written);
  const plain = url !== null && ["http:", "https:"].includes(url.protocol) &&
    url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if (!plain) {
    throw new OurSpaceError("Something in it is no service address.", {
      remedy: "Write https://host or http://host:port, several separated by commas, without user " +
        "name, query or fragment.",
    });
  }
  if (isOnionName(url.hostname)) {
    throw new OurSpaceError("Something in it is an onion service.", {
      remedy: "Only content at locations is fetched through Tor: name a host on the web.",
    });
  }
  return (url.origin + url.pathname).replace(/\/+$/, "");
}
