import { type Name, parseName } from "../../schemas/name.ts";
import { BadRequestError } from "./bad_request.ts";
import { requestUrl } from "./request_url.ts";

/** Whose pages a request is for: the gateway's own host, or a custom domain's feed. */
export type Site =
  | { readonly kind: "own"; readonly origin: string }
  | { readonly kind: "domain"; readonly origin: string; readonly name: Name };

/**
 * Reads the request's host. IP literals, `localhost`, single labels and whatever is no DNS name are the
 * gateway's own; every other name is a custom domain. A custom domain has the scheme and port of the
 * gateway's public address, because a request behind a proxy cannot tell them.
 * Two Host headers are a BadRequestError (RFC 9112, section 3.2).
 */
export function siteOf(request: Request, publicOrigin: URL): Site {
  if (request.headers.get("Host")?.includes(",")) {
    throw new BadRequestError("The request names more than one host.", {
      remedy: "Send exactly one Host header.",
    });
  }
  const own: Site = { kind: "own", origin: publicOrigin.origin };
  const { hostname } = requestUrl(request);
  if (hostname === publicOrigin.hostname) return own;
  const name = domainName(hostname);
  if (name === null || name.text === publicOrigin.hostname) return own;
  const port = publicOrigin.port === "" ? "" : `:${publicOrigin.port}`;
  return { kind: "domain", origin: `${publicOrigin.protocol}//${name.text}${port}`, name };
}

function domainName(hostname: string): Name | null {
  try {
    const name = parseName(hostname);
    return name.kind === "dns" ? name : null;
  } catch {
    return null;
  }
}
