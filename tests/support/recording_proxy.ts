/** What went through: the path, and the status of its answer. */
export interface Exchange {
  readonly path: string;
  /** With its question mark; empty without one. */
  readonly query: string;
  readonly status: number;
  /** Whether the client said what it holds. */
  readonly conditional: boolean;
}

/** A reverse proxy on loopback that writes down what clients ask. */
export interface RecordingProxy extends AsyncDisposable {
  readonly url: string;
  readonly exchanges: Exchange[];
}

export function recordingProxy(target: string): RecordingProxy {
  const exchanges: Exchange[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const headers = new Headers(request.headers);
      headers.delete("Host");
      const answer = await fetch(target + pathname + search, {
        method: request.method,
        headers,
        redirect: "manual",
      });
      const conditional = headers.has("If-None-Match") || headers.has("If-Modified-Since");
      exchanges.push({ path: pathname, query: search, status: answer.status, conditional });
      const given = new Headers(answer.headers);
      // Deno's fetch has unpacked the body already.
      given.delete("Content-Encoding");
      given.delete("Content-Length");
      return new Response(answer.status === 304 ? null : answer.body, {
        status: answer.status,
        headers: given,
      });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    exchanges,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
