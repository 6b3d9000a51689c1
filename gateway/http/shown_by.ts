import { MalformedNameError } from "../../schemas/errors.ts";
import { type Name, parseName } from "../../schemas/name.ts";
import { requestUrl } from "./request_url.ts";
import type { Site } from "./site.ts";

/**
 * Whose page a browser says that it shows what it asks for on: pages let it say so to their own origin
 * alone. A client can make it up, and then makes nothing happen but what opening that page does.
 */
export function shownBy(request: Request, site: Site): Name | null {
  const referrer = URL.parse(request.headers.get("Referer") ?? "");
  // Links are made of the public address; a visitor may have come by another one of this gateway's.
  const hosts = [new URL(site.origin).host, requestUrl(request).host];
  if (referrer === null || !hosts.includes(referrer.host)) return null;
  if (site.kind === "domain") return site.name;
  try {
    return parseName(decodeURIComponent(referrer.pathname.split("/")[1] ?? ""));
  } catch (error) {
    if (error instanceof MalformedNameError || error instanceof URIError) return null;
    throw error;
  }
}
