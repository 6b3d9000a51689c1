/**
 * What every page of ours carries. Pages need no script at all; pictures, audio and video of posts
 * may come from any https host, everything else from this origin only. Referrers would tell those
 * hosts which feed is read.
 */
export const pageSecurityHeaders: Readonly<Record<string, string>> = {
  "Content-Security-Policy":
    "default-src 'none'; style-src 'self'; img-src 'self' https: data:; media-src 'self' https:; " +
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
};

/**
 * The same for XML that a browser may style itself: Chromium applies a stylesheet only where
 * `script-src` allows it; the XML itself carries no script.
 */
export const styledXmlSecurityHeaders: Readonly<Record<string, string>> = {
  ...pageSecurityHeaders,
  "Content-Security-Policy": `${pageSecurityHeaders["Content-Security-Policy"]}; script-src 'self'`,
};
