/**
 * What every page of ours carries. Pages need no script at all; pictures, audio and video of posts
 * may come from any https host, everything else from this gateway only. Referrers would tell those
 * hosts which feed is read; to this gateway they say for which feed a picture is asked for.
 *
 * `origin` is what the page's media links start with. It need not be the page's own: the same gateway
 * answers at `localhost` and at its public address. Pages without posts need none.
 */
export function pageSecurityHeaders(origin = ""): Record<string, string> {
  const media = `'self' ${origin} https:`;
  return {
    "Content-Security-Policy": `${STYLE_ONLY}; img-src ${media}; media-src ${media}`,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
  };
}

const STYLE_ONLY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; " +
  "frame-ancestors 'none'";

/**
 * The same for XML that a browser may style itself: Chromium applies a stylesheet only where
 * `script-src` allows it; the XML itself carries no script.
 */
export function styledXmlSecurityHeaders(origin: string): Record<string, string> {
  const headers = pageSecurityHeaders(origin);
  headers["Content-Security-Policy"] += "; script-src 'self'";
  return headers;
}
