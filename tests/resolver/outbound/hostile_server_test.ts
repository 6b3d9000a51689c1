import assert from "node:assert/strict";
import v8 from "node:v8";
import vm from "node:vm";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import type { Alarm } from "../../../resolver/deadline.ts";
import type { OutboundReason } from "../../../resolver/errors.ts";
import { parseAddressRanges } from "../../../resolver/outbound/address_ranges.ts";
import { createOutbound } from "../../../resolver/outbound/create.ts";
import type { OutboundRequest } from "../../../resolver/outbound/outbound.ts";
import { createTestClock } from "../../support/clock.ts";
import { fakeDns } from "../../support/fake_dns.ts";
import { outboundError, readText, respond } from "../../support/http_answers.ts";
import { type RawConnection, startRawServer } from "../../support/raw_server.ts";

type Trust = OutboundRequest["trust"];
const TRUSTS: readonly Trust[] = ["stranger", "operator"];
const never = () => new Promise<never>(() => {});

interface Case {
  readonly what: string;
  /** `expire` lets the request's deadline pass, where nothing else ends it. */
  readonly script: (connection: RawConnection, expire: () => void) => unknown;
  readonly reason: OutboundReason;
  readonly options?: Partial<OutboundRequest>;
  readonly only?: Trust;
}

/** Longer than any test takes: only a test's clock comes so far. */
const DEADLINE = 60_000;

/** Sends the piece again and again, as long as the client is there; some come before the deadline. */
async function flood(
  { send }: RawConnection,
  start: string,
  piece: string | Uint8Array,
  expire = () => {},
) {
  await send(start);
  for (let sent = 1; await send(piece); sent++) if (sent === 100) expire();
}

/** Sends the piece every 20 milliseconds; some come before the deadline. */
async function drip({ send }: RawConnection, start: string, piece: string, expire: () => void) {
  await send(start);
  for (let sent = 1; await send(piece); sent++) {
    if (sent === 10) expire();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;

const cases: readonly Case[] = [
  {
    what: "headers without end",
    script: (c) => flood(c, OK, `x-a: ${"a".repeat(1000)}\r\n`),
    reason: "connection",
  },
  {
    what: "headers that drip",
    script: (c, expire) => drip(c, OK, "a: b\r\n", expire),
    reason: "timeout",
  },
  {
    what: "interim responses without end",
    script: (c) => flood(c, "", "HTTP/1.1 103 Early Hints\r\n\r\n"),
    reason: "connection",
    only: "stranger",
  },
  {
    what: "interim responses without end",
    script: (c, expire) => flood(c, "", "HTTP/1.1 103 Early Hints\r\n\r\n", expire),
    reason: "timeout",
    only: "operator",
  },
  { what: "silence", script: (_, expire) => (expire(), never()), reason: "timeout" },
  { what: "a closed connection", script: () => {}, reason: "connection" },
  { what: "something else than HTTP", script: (c) => c.send("\0\x01hello"), reason: "connection" },
  {
    what: "another protocol",
    script: (c) => c.send("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n"),
    reason: "connection",
  },
  {
    what: "a status that does not exist",
    script: (c) => c.send("HTTP/1.1 999 Hm\r\ncontent-length: 0\r\n\r\n"),
    reason: "connection",
  },
  {
    what: "two lengths",
    script: (c) => c.send(`${OK}content-length: 2\r\ncontent-length: 3\r\n\r\nhi!`),
    reason: "connection",
  },
  {
    what: "a length and chunks",
    script: (c) => c.send(respond("0\r\n\r\n", { "transfer-encoding": "chunked" })),
    reason: "connection",
    only: "stranger",
  },
  {
    what: "a chunk without size",
    script: (c) => c.send(`${CHUNKED}zz\r\nhi`),
    reason: "connection",
  },
  {
    what: "chunks that break off",
    script: (c) => c.send(`${CHUNKED}5\r\nhel`),
    reason: "connection",
  },
  {
    what: "a body that breaks off",
    script: (c) => c.send(`${OK}content-length: 10\r\n\r\nhel`),
    reason: "connection",
  },
  {
    what: "trailers without end",
    script: (c) => flood(c, `${CHUNKED}2\r\nhi\r\n0\r\n`, `x-a: ${"a".repeat(1000)}\r\n`),
    reason: "connection",
  },
  {
    what: "a body that drips beyond the deadline",
    script: (c, expire) => drip(c, `${OK}\r\n`, "a", expire),
    reason: "timeout",
  },
  {
    what: "a body that falls silent",
    script: async (c) => {
      await c.send(`${OK}content-length: 10\r\n\r\nhel`);
      await never();
    },
    reason: "timeout",
    options: { idleMilliseconds: 100 },
  },
  {
    what: "a body in single bytes",
    script: (c) => flood(c, CHUNKED, "1\r\na\r\n".repeat(1_000)),
    reason: "connection",
    options: { maxBytes: 20_000 },
  },
  {
    what: "a body without end",
    script: (c) => flood(c, `${OK}\r\n`, "a".repeat(1000)),
    reason: "too-large",
  },
  {
    what: "a length over the limit",
    script: async (c) => {
      await c.send(`${OK}content-length: 1001\r\n\r\n`);
      await never();
    },
    reason: "too-large",
  },
  {
    what: "an unknown content coding",
    script: (c) => c.send(respond("hi", { "content-encoding": "zstd" })),
    reason: "refused",
  },
  {
    what: "two content codings, one in the other",
    script: (c) => c.send(respond("hi", { "content-encoding": "gzip, gzip" })),
    reason: "refused",
  },
  {
    what: "gzip that is none",
    script: (c) => c.send(respond("hello", { "content-encoding": "gzip" })),
    reason: "connection",
  },
];

type Options = Partial<OutboundRequest> & {
  readonly signal?: AbortSignal;
  readonly alarm?: Alarm;
};

function get(port: number, trust: Trust, { signal, alarm, ...options }: Options = {}) {
  const outbound = createOutbound({
    dns: fakeDns({}),
    allowPrivate: parseAddressRanges("127.0.0.1"),
    clock: () => 0,
    ...(alarm && { alarm }),
  });
  const url = `http://127.0.0.1:${port}/`;
  const request = { url, trust, maxBytes: 1000, timeoutMilliseconds: DEADLINE, ...options };
  return outbound.fetch(request, { signal: signal ?? new AbortController().signal });
}

for (const { what, script, reason, options, only } of cases) {
  for (const trust of only === undefined ? TRUSTS : [only]) {
    Deno.test(`${what} from the ${trust}'s host is an error, and the connection is closed`, async () => {
      const { alarm, advance } = createTestClock();
      const server = startRawServer((connection) =>
        script(connection, () => void advance(DEADLINE))
      );
      const attempt = get(server.port, trust, { ...options, alarm }).then(readText);
      await assert.rejects(attempt, outboundError(reason));
      await server.untilClientGone();
      await server.stop();
    });
  }
}

const BOMBS = {
  gzip: gzipSync(new Uint8Array(20_000_000)),
  br: brotliCompressSync(new Uint8Array(20_000_000)),
  deflate: deflateSync(new Uint8Array(20_000_000)),
};

for (const trust of TRUSTS) {
  for (
    const coding of trust === "stranger"
      ? ["gzip", "br", "deflate"] as const
      : ["gzip", "br"] as const
  ) {
    Deno.test(`a ${coding} bomb from the ${trust}'s host ends at the size limit`, async () => {
      const bomb = BOMBS[coding];
      const server = startRawServer(async ({ send }) => {
        // One byte never comes: a connection whose response is complete may be kept for the next one.
        const length = bomb.length + 1;
        await send(`${OK}content-encoding: ${coding}\r\ncontent-length: ${length}\r\n\r\n`);
        await send(bomb);
        await never();
      });
      const response = await get(server.port, trust, { maxBytes: 100_000 });
      let received = 0;
      const read = async () => {
        for await (const piece of response.body) received += piece.length;
      };
      await assert.rejects(read(), outboundError("too-large"));
      assert.ok(received <= 100_000);
      await server.untilClientGone();
      await server.stop();
    });
  }

  Deno.test(`a compressed body from the ${trust}'s host is decoded, and the headers fit it`, async () => {
    const body = gzipSync("hello ".repeat(100));
    const server = startRawServer(async ({ send }) => {
      await send(`${OK}content-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`);
      await send(body);
    });
    const response = await get(server.port, trust);
    assert.equal(response.headers.has("content-encoding"), false);
    assert.equal(response.headers.has("content-length"), false);
    assert.equal(await readText(response), "hello ".repeat(100));
    await server.stop();
  });

  Deno.test(`a HEAD answer of the ${trust}'s has no body, however large it says it is`, async () => {
    const server = startRawServer(({ send }) =>
      send(`${OK}content-encoding: gzip\r\ncontent-length: 99999\r\n\r\n`)
    );
    const response = await get(server.port, trust, { method: "HEAD" });
    assert.equal(await readText(response), "");
    await server.stop();
  });

  Deno.test(`a body of exactly the limit passes (${trust})`, async () => {
    const server = startRawServer(({ send }) => send(respond("a".repeat(1000))));
    assert.equal((await readText(await get(server.port, trust))).length, 1000);
    await server.stop();
  });

  Deno.test(`cancelling a body closes the connection (${trust})`, async () => {
    const server = startRawServer((c) => flood(c, `${OK}\r\n`, "a".repeat(1000)));
    const response = await get(server.port, trust);
    await response.body.cancel();
    await server.untilClientGone();
    await server.stop();
  });

  Deno.test(`the deadline holds when garbage is collected in the middle of a body (${trust})`, async () => {
    v8.setFlagsFromString("--expose-gc");
    const collectGarbage = vm.runInNewContext("gc");
    const { alarm, advance } = createTestClock();
    const expire = () => void advance(DEADLINE);
    const server = startRawServer((c) => drip(c, `${OK}\r\n`, "a", expire));
    const read = async () => {
      for await (const _ of (await get(server.port, trust, { alarm })).body) collectGarbage();
    };
    await assert.rejects(read(), outboundError("timeout"));
    await server.untilClientGone();
    await server.stop();
  });

  Deno.test(`a body that nobody reads is let go at the deadline (${trust})`, async () => {
    const server = startRawServer((c) => flood(c, `${OK}\r\n`, "a".repeat(1000)));
    const { alarm, advance } = createTestClock();
    const response = await get(server.port, trust, { alarm });
    await advance(DEADLINE);
    await server.untilClientGone();
    await assert.rejects(readText(response), outboundError("timeout"));
    await server.stop();
  });

  Deno.test(`whoever aborts gets their own reason back, before the headers and in the body (${trust})`, async () => {
    const reason = new Error("changed my mind");
    for (const start of ["", `${OK}content-length: 10\r\n\r\nhel`]) {
      const server = startRawServer(async ({ send }) => {
        await send(start);
        controller.abort(reason);
        await never();
      });
      const controller = new AbortController();
      const attempt = get(server.port, trust, { signal: controller.signal }).then(readText);
      await assert.rejects(attempt, (error) => error === reason);
      await server.untilClientGone();
      await server.stop();
    }
  });

  Deno.test(`an aborted call sends nothing (${trust})`, async () => {
    const server = startRawServer(never);
    const attempt = get(server.port, trust, { signal: AbortSignal.abort("too late") });
    await assert.rejects(attempt, (error) => error === "too late");
    assert.equal(server.connections, 0);
    await server.stop();
  });
}

Deno.test("a stranger's connection is closed after its answer, whatever the host would like", async () => {
  const server = startRawServer(async ({ send }) => {
    await send(respond("hello", { connection: "keep-alive" }));
    await never();
  });
  assert.equal(await readText(await get(server.port, "stranger")), "hello");
  await server.untilClientGone();
  await server.stop();
});

Deno.test("a TLS handshake that never ends is an error, and the connection is closed", async () => {
  const server = startRawServer(never);
  const { alarm, advance } = createTestClock();
  const url = `https://127.0.0.1:${server.port}/`;
  const attempt = get(server.port, "stranger", { url, alarm });
  const rejected = assert.rejects(attempt, outboundError("timeout"));
  await server.connected;
  await advance(DEADLINE);
  await rejected;
  await server.untilClientGone();
  await server.stop();
});
