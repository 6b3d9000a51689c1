import type { Call } from "../contracts.ts";

/** A request that leaves the machine. */
export interface OutboundRequest {
  /** `http:` or `https:`. */
  readonly url: string;
  /**
   * Who named the host. `operator`: the settings did, so it may be private. `stranger`: a pointer, a
   * feed or a DNS record did: every address it resolves to is vetted, and the connection is pinned to
   * a vetted one. A redirect away from an operator's origin makes the rest of the way a stranger's.
   */
  readonly trust: "operator" | "stranger";
  readonly method?: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | FormData;
  /** The largest body, after decompression, bytes. Reading past it fails with `too-large`. */
  readonly maxBytes: number;
  /** For everything, from the name's look-up to the last byte. */
  readonly timeoutMilliseconds: number;
  /**
   * The longest wait for the headers. Default: 10 s for a stranger's host, from its look-up on;
   * `timeoutMilliseconds` for an operator's.
   */
  readonly headersMilliseconds?: number;
  /** The longest wait between two pieces of the body; `timeoutMilliseconds` unless given. */
  readonly idleMilliseconds?: number;
  /**
   * At most 3; each hop is vetted again. 0 returns the 3xx itself, and so does a request with another
   * method than GET and HEAD. Default 3.
   */
  readonly maxRedirects?: number;
  /** A redirect to another host is refused (`refused`). */
  readonly sameHostOnly?: boolean;
}

/** What came back, its body still on the way. */
export interface OutboundResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Where the redirects led. */
  readonly url: string;
  /** Decompressed, within the limits; fails with an OutboundError. Must be read or cancelled. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** The one client for everything that leaves the machine. */
export interface Outbound {
  /**
   * Any HTTP status from 200 to 599 is an answer. Throws OutboundError when there is none, and the
   * signal's reason when the caller ended it. Nothing but GET and HEAD goes to strangers' hosts.
   */
  fetch(request: OutboundRequest, call: Call): Promise<OutboundResponse>;
}
