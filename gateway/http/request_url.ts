/**
 * A request's URL. Its host is the request target's or the Host header's (RFC 9112, section 3.3) and
 * may be nonsense, which is no reason to lose the path: such a request gets `localhost`.
 */
export function requestUrl(request: Request): URL {
  return URL.parse(request.url) ??
    new URL(request.url.replace(/^https?:\/\/[^/?#]*/i, ""), "http://localhost");
}
