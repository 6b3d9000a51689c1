/** One request on the wire, without redirects. */
export interface Exchange {
  readonly url: URL;
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  readonly headers: Headers;
  readonly body?: Uint8Array<ArrayBuffer> | FormData;
  readonly signal: AbortSignal;
}

/** What came back. It holds its connection until it is read, discarded, or the signal is aborted. */
export interface ExchangeResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The body, its content coding undone; not yet limited. */
  readonly chunks: AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Frees the connection of a response whose body is not read. */
  discard(): void;
}

/** Sends the request and waits for the headers. Throws OutboundError, or whatever broke. */
export type Exchanger = (exchange: Exchange) => Promise<ExchangeResponse>;
