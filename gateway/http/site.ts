import { type Name, parseName } from "../../schemas/name.ts";
import { BadRequestError } from "./bad_request.ts";
import { requestUrl } from "./request_url.ts";

/** Whose pages a request is for: the gateway's own host, or a custom domain's feed. */
export type Site =
  & {
    readonly origin: string;
    /** Where the page that is asked for is at the gateway's onion service; null there, and without one. */
    readonly onionLocation: string | null;
  }
  & ({ readonly kind: "own" } | { readonly kind: "domain"; readonly name: Name });

/** Where the gateway itself is. */
export interface OwnOrigins {
  /** Its own address. */
  readonly publicOrigin: URL;
  /** The onion service that leads here; null for none. */
  readonly onionOrigin: URL | null;
}

/**
 * Reads the request's host. IP literals, `localhost`, single labels and whatever is no DNS name are the
 * gateway's own; every other name is a custom domain. A custom domain has the scheme and port of the
 * gateway's public address, because a request behind a proxy cannot tell them. The onion service is the
 * gateway's own with links of its own.
 * Two Host headers are a BadRequestError (RFC 9112, section 3.2).
 */
export function siteOf(request: Request, { publicOrigin, onionOrigin }: OwnOrigins): Site {
  if (request.headers.get("Host")?.includes(",")) {
    throw new BadRequestError("The request names more than one host.", {
      remedy: "Send exactly one Host header.",
    });
  }
  const { hostname, pathname, search } = requestUrl(request);
  if (hostname === onionOrigin?.hostname) {
    return { kind: "own", origin: onionOrigin.origin, onionLocation: null };
  }
  const own: Site = {
    kind: "own",
    origin: publicOrigin.origin,
    onionLocation: onionOrigin === null ? null : onionOrigin.origin + pathname + search,
  };
  if (hostname === publicOrigin.hostname) return own;
  const name = domainName(hostname);
  if (name === null || name.text === publicOrigin.hostname) return own;
  const port = publicOrigin.port === "" ? "" : `:${publicOrigin.port}`;
  const origin = `${publicOrigin.protocol}//${name.text}${port}`;
  return { kind: "domain", origin, onionLocation: null, name };
}

function domainName(hostname: string): Name | null {
  try {
    const name = parseName(hostname);
    return name.kind === "dns" ? name : null;
  } catch {
    return null;
  }
}
