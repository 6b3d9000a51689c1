import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { contentLimits } from "../../../resolver/content/limits.ts";
import { deadline } from "../../../resolver/deadline.ts";
import { torSocksSetting } from "../../../resolver/transports/tor.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";
import { fakeSource, holding, rawTree } from "../../support/blocks.ts";
import { createTestClock } from "../../support/clock.ts";
import { readerOver } from "../../support/content.ts";
import { respond } from "../../support/http_answers.ts";
import { ONION_HOST, reasonOf, startOnionProxy, torOver } from "../../support/onion_services.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";
import { type RawConnection, startRawServer } from "../../support/raw_server.ts";
import { startService } from "../../support/services.ts";
import {
  greet,
  type SocksConnection,
  socksReply,
  startSocksServer,
  SUCCEEDED,
  welcome,
} from "../../support/socks_server.ts";

const LOCATION = `http://${ONION_HOST}/feed.xml`;
const { identity } = makeSigner();
const never = () => new Promise<never>(() => {});
/** The library's timer of a handshake outlives it. */
const UNSANITIZED = { sanitizeOps: false, sanitizeResources: false };

/** Nothing but loopback can be connected to, and no name can be looked up: that would be an error. */
function torTest(name: string, fn: () => Promise<void>): void {
  const permissions = { net: ["127.0.0.1"], read: true, env: true, sys: true };
  Deno.test({ name, fn, permissions, ...UNSANITIZED });
}

/** A call that ends with the signal: most have all the time that they need. */
function patience(signal = AbortSignal.timeout(60_000)) {
  return { identity, signal, maxBytes: contentLimits.feedBytes, milliseconds: 60_000 };
}

/** What comes of the location through a proxy that follows the script. */
async function reasonThrough(
  script: (connection: SocksConnection) => Promise<unknown>,
  location = LOCATION,
): Promise<string> {
  await using proxy = startSocksServer(script);
  const tor = await torOver(proxy.address);
  return await reasonOf(tor.open(location, patience()).then(read));
}

async function read({ body }: { body: ReadableStream<Uint8Array> }): Promise<string> {
  return await new Response(body).text();
}

torTest(
  "an onion service delivers its bytes and its media type; no name is looked up",
  async () => {
    await using site = startService(() =>
      new Response("<rss/>", { headers: { "Content-Type": "application/rss+xml" } })
    );
    await using proxy = startOnionProxy(Number(new URL(site.url).port));
    const tor = await torOver(proxy.address);
    const opened = await tor.open(`${LOCATION}?a=b`, patience());
    assert.equal(opened.mediaType, "application/rss+xml");
    assert.equal(await read(opened), "<rss/>");
    assert.deepEqual(site.asked, ["/feed.xml?a=b"]);
    assert.deepEqual(proxy.visits.map(({ host, port }) => [host, port]), [[ONION_HOST, 80]]);
    await (await tor.open(`http://${ONION_HOST}:8080/`, patience())).body.cancel();
    assert.equal(proxy.visits.at(-1)?.port, 8080);
  },
);

torTest(
  "without a proxy an onion location is taken, and answered at once with what is missing",
  async () => {
    const tor = await torOver();
    assert.ok(tor.accepts(LOCATION));
    assert.match(await reasonOf(tor.open(LOCATION, patience())), /^Tor is not configured/);
  },
);

torTest("only onion services are asked, and no privileged port of theirs", async () => {
  const tor = await torOver("127.0.0.1:9050");
  for (const location of ["https://alice.example/", `http://${ONION_HOST}.example/`, "magnet:?a"]) {
    assert.ok(!tor.accepts(location), location);
    assert.equal(await reasonOf(tor.open(location, patience())), "refused", location);
  }
  assert.ok(!tor.accepts("http://expyuzz4wqqyqhjn.onion/"), "version 2");
  assert.equal(await reasonOf(tor.open(`http://${ONION_HOST}:22/`, patience())), "refused");
});

torTest(
  "each wallet has a password of its own, the same for all its requests, which does not name it",
  async () => {
    await using site = startService(() => new Response("hello"));
    await using proxy = startOnionProxy(Number(new URL(site.url).port));
    const tor = await torOver(proxy.address);
    const other = makeSigner().identity;
    for (const who of [identity, identity, other]) {
      await read(await tor.open(LOCATION, { ...patience(), identity: who }));
    }
    const [first, second, third] = proxy.visits.map(({ user, password }) => `${user} ${password}`);
    assert.equal(first, second);
    assert.notEqual(first, third);
    for (const { user, password } of proxy.visits) {
      const text = `${user}${password}`.toLowerCase();
      for (const { address } of [identity, other]) {
        assert.ok(!text.includes(address.slice(2).toLowerCase()));
      }
    }
    const restarted = await torOver(proxy.address);
    await read(await restarted.open(LOCATION, patience()));
    const { user, password } = proxy.visits.at(-1) ?? assert.fail();
    assert.notEqual(`${user} ${password}`, first, "another process is somebody else");
  },
);

const REFUSALS: readonly [code: number, reason: RegExp][] = [
  [0x01, /may be offline/],
  [0x02, /does not allow/],
  [0x03, /may be offline/],
  [0x04, /may be offline/],
  [0x05, /nothing answers at this port/],
  [0x06, /in time/],
  [0x07, /does not do/],
  [0x08, /does not know onion addresses/],
  [0xf0, /may be offline/],
  [0xf1, /no onion service of this address/],
  [0xf2, /may be offline/],
  [0xf3, /may be offline/],
  [0xf4, /only chosen visitors/],
  [0xf5, /only chosen visitors/],
  [0xf6, /no onion service of this address/],
  [0xf7, /in time/],
  [0x63, /The Tor proxy refused the connection/],
];

torTest("what the proxy refuses is said in words", async () => {
  for (const [code, reason] of REFUSALS) {
    const told = await reasonThrough(async (connection) => {
      await welcome(connection);
      await connection.send(socksReply(code));
      await connection.closed;
    });
    assert.match(told, reason, code.toString(16));
  }
});

torTest("a proxy that is down is said to be, and not where it is", async () => {
  const gone = startSocksServer(never);
  await gone[Symbol.asyncDispose]();
  const tor = await torOver(gone.address);
  assert.equal(await reasonOf(tor.open(LOCATION, patience())), "The Tor proxy cannot be reached.");
});

const NO_PROXY = "The Tor proxy does not answer as a SOCKS5 proxy does.";
const MIXES = "The Tor proxy does not keep wallets apart.";
const text = (words: string) => new TextEncoder().encode(words);

const BROKEN: Readonly<
  Record<string, [reason: string, script: (c: SocksConnection) => Promise<unknown>]>
> = {
  "that closes at once": [NO_PROXY, () => Promise.resolve()],
  "that is a web server": [NO_PROXY, (c) => c.send(text("HTTP/1.1 400 Bad Request\r\n\r\n"))],
  "that is of version 4": [NO_PROXY, (c) => c.send([4, 2])],
  "that takes no method": [NO_PROXY, (c) => c.send([5, 0xff])],
  "that wants a method of its own": [NO_PROXY, (c) => c.send([5, 0x80])],
  "that floods": [NO_PROXY, async (c) => {
    for (;;) await c.send(new Uint8Array(65_536).fill(5));
  }],
  "that refuses the password": [NO_PROXY, async (c) => {
    await greet(c);
    await c.send([1, 1]);
  }],
  "that answers before it is asked": [NO_PROXY, (c) => c.send([5, 2, 1, 0, 9, 9, 9, 9, 9, 9, 9])],
  "that leaves in the middle of its reply": [NO_PROXY, async (c) => {
    await welcome(c);
    await c.send([5, 0, 0, 1, 0]);
  }],
  "that replies in another version": [NO_PROXY, async (c) => {
    await welcome(c);
    await c.send([4, 90, 0, 1, 0, 0, 0, 0, 0, 0]);
  }],
  "that wants no password, and connects": [MIXES, async (c) => {
    await c.read(4);
    await c.send([5, 0]);
    await c.send(SUCCEEDED);
    await c.closed;
  }],
  "that wants no password, and refuses": [MIXES, async (c) => {
    await c.read(4);
    await c.send([5, 0]);
    await c.send(socksReply(1));
  }],
  "that connects and leaves": ["connection", async (c) => {
    await welcome(c);
    await c.send(SUCCEEDED);
  }],
  "that connects and floods": ["connection", async (c) => {
    await welcome(c);
    await c.send(SUCCEEDED);
    for (;;) await c.send(new Uint8Array(65_536).fill(5));
  }],
  "whose address is of a kind that does not exist": ["connection", async (c) => {
    await welcome(c);
    await c.send([5, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await c.closed;
  }],
};

for (const [what, [reason, script]] of Object.entries(BROKEN)) {
  torTest(`a proxy ${what} ends nothing but the road`, async () => {
    assert.equal(await reasonThrough(script), reason);
  });
}

torTest("random bytes of a proxy end nothing but the road", async () => {
  for (let round = 0; round < 200; round++) {
    const reason = await reasonThrough(async (connection) => {
      const noise = crypto.getRandomValues(new Uint8Array(1 + round));
      // From well-formed beginnings, so that every step meets them.
      if (round % 4 > 0) await greet(connection);
      if (round % 4 > 1) await connection.send([1, 0]);
      await connection.send(round % 4 === 3 ? [5, 0, 0, 1 + round % 5, ...noise] : noise);
    });
    assert.notEqual(reason, "");
  }
});

torTest("a reply in single bytes, with a name or an IPv6 address, is as good as any", async () => {
  await using site = startService(() => new Response("hello"));
  const port = Number(new URL(site.url).port);
  const replies = [
    [5, 0, 0, 3, 255, ...new Uint8Array(255).fill(97), 0, 80],
    [5, 0, 0, 4, ...new Uint8Array(16).fill(0xff), 0, 80],
  ];
  for (const reply of replies) {
    await using proxy = startSocksServer(async (connection) => {
      await welcome(connection);
      for (const byte of reply) await connection.send([byte]);
      await connection.join(port);
    });
    const tor = await torOver(proxy.address);
    assert.equal(await read(await tor.open(LOCATION, patience())), "hello");
  }
});

torTest(
  "a circuit that hangs ends with the caller's patience, and its connection is closed",
  async () => {
    const stages: readonly ((connection: SocksConnection) => Promise<unknown>)[] = [
      () => Promise.resolve(),
      greet,
      welcome,
      async (connection) => {
        await welcome(connection);
        await connection.send(SUCCEEDED);
      },
    ];
    for (const [index, reach] of stages.entries()) {
      const [reached, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      await using proxy = startSocksServer(async (connection) => {
        await reach(connection);
        reached.resolve();
        await connection.closed;
        closed.resolve();
      });
      const tor = await torOver(proxy.address);
      const clock = createTestClock();
      using limit = deadline(300, { alarm: clock.alarm });
      const opening = tor.open(LOCATION, patience(limit.signal));
      const ended = assert.rejects(opening, { name: "TimeoutError" }, `stage ${index}`);
      await reached.promise;
      await clock.advance(300);
      await ended;
      await closed.promise;
    }
  },
);

/** What comes of the location when the service behind a good proxy follows the script. */
async function reasonFrom(script: (connection: RawConnection) => unknown): Promise<string> {
  const server = startRawServer(script);
  try {
    await using proxy = startOnionProxy(server.port);
    const tor = await torOver(proxy.address);
    const reason = await reasonOf(tor.open(LOCATION, patience()).then(read));
    await server.untilClientGone();
    return reason;
  } finally {
    await server.stop();
  }
}

torTest("a service is held to the limits of every stranger's host", async () => {
  const { feedBytes } = contentLimits;
  const bomb = gzipSync(new Uint8Array(feedBytes + 1));
  const OK = "HTTP/1.1 200 OK\r\n";
  const flood = async ({ send }: RawConnection, start: string, piece: string) => {
    await send(start);
    while (await send(piece));
  };
  assert.equal(await reasonFrom((c) => c.send("\0\x01hello")), "connection");
  assert.equal(await reasonFrom((c) => flood(c, OK, `a: ${"a".repeat(1_000)}\r\n`)), "connection");
  assert.equal(
    await reasonFrom((c) => c.send(`${OK}content-length: 9\r\n\r\nshort`)),
    "connection",
  );
  assert.equal(await reasonFrom((c) => flood(c, `${OK}\r\n`, "a".repeat(65_536))), "too-large");
  assert.equal(
    await reasonFrom((c) => c.send(`${OK}content-length: ${feedBytes + 1}\r\n\r\n`).then(never)),
    "too-large",
  );
  const packed = async ({ send }: RawConnection) => {
    await send(`${OK}content-encoding: gzip\r\ncontent-length: ${bomb.length + 1}\r\n\r\n`);
    await send(bomb);
    await never();
  };
  assert.equal(await reasonFrom(packed), "too-large");
  assert.match(await reasonFrom((c) => c.send(respond("").replace("200 OK", "404 No"))), /404/);
});

torTest("a TLS handshake that never ends ends with the caller's patience", async () => {
  const server = startRawServer(never);
  await using proxy = startOnionProxy(server.port);
  const tor = await torOver(proxy.address);
  const clock = createTestClock();
  using limit = deadline(300, { alarm: clock.alarm });
  const opening = tor.open(LOCATION.replace("http:", "https:"), patience(limit.signal));
  const ended = assert.rejects(opening, { name: "TimeoutError" });
  await server.connected;
  await clock.advance(300);
  await ended;
  await server.untilClientGone();
  await server.stop();
});

torTest("a service can redirect to itself, and to nobody else", async () => {
  const elsewhere = [
    "https://alice.example/",
    "http://127.0.0.1/",
    "http://169.254.169.254/",
    "http://[::1]/",
    `http://${"a".repeat(56)}.onion/`,
    `http://${ONION_HOST}.example/`,
    `http://user@${ONION_HOST}/`,
    `http://${ONION_HOST}:22/`,
    "ftp://alice.example/",
  ];
  for (const target of elsewhere) {
    await using site = startService(() =>
      new Response(null, { status: 302, headers: { Location: target } })
    );
    await using proxy = startOnionProxy(Number(new URL(site.url).port));
    const tor = await torOver(proxy.address);
    assert.equal(await reasonOf(tor.open(LOCATION, patience())), "refused", target);
    assert.equal(proxy.connections, 1, target);
  }
  await using site = startService(({ url }) =>
    url.endsWith("/feed.xml")
      ? new Response(null, { status: 302, headers: { Location: "/moved" } })
      : new Response("hello")
  );
  await using proxy = startOnionProxy(Number(new URL(site.url).port));
  const tor = await torOver(proxy.address);
  assert.equal(await read(await tor.open(LOCATION, patience())), "hello");
  assert.deepEqual(site.asked, ["/feed.xml", "/moved"]);
  assert.equal(new Set(proxy.visits.map(({ password }) => password)).size, 1);
});

torTest(
  "Tor that hangs, is away or is not configured only costs the way to the next road",
  async () => {
    const tree = await rawTree(new TextEncoder().encode("<rss/>"));
    const fields = { cid: tree.root.toString(), locations: [LOCATION] };
    const pointer = await verifiedPointer(makeSigner(), fields);
    await using hanging = startSocksServer(never);
    for (const socks of [hanging.address, "127.0.0.1:1", ""]) {
      const reader = readerOver([fakeSource("peer", holding(tree.blocks))], {
        transports: [await torOver(socks)],
      });
      const { bytes, roads } = await reader.feedDocument(pointer, patience());
      assert.equal(new TextDecoder().decode(bytes), "<rss/>");
      assert.deepEqual(roads.map(({ road }) => road), [LOCATION, "peer"]);
      assert.equal(roads[1]?.outcome, "delivered");
    }
  },
);

torTest("one service is not asked too often, whoever's content it has", async () => {
  await using site = startService(() => new Response("hello"));
  await using proxy = startOnionProxy(Number(new URL(site.url).port));
  const tor = await torOver(proxy.address);
  const asked = Array.from(
    { length: 30 },
    () =>
      tor.open(LOCATION, { ...patience(), identity: makeSigner().identity })
        .then(read, (error: unknown) => reasonOf(Promise.reject(error))),
  );
  const outcomes = await Promise.all(asked);
  assert.ok(outcomes.includes("hello"));
  assert.ok(outcomes.includes("rate-limited"));
});

Deno.test("TOR_SOCKS is an IP address and a port, or nothing", () => {
  const { parse } = torSocksSetting;
  assert.equal(parse(""), null);
  assert.deepEqual(parse("127.0.0.1:9050"), { address: "127.0.0.1", port: 9050 });
  assert.deepEqual(parse("[::1]:9150"), { address: "::1", port: 9150 });
  for (const text of ["127.0.0.1", "::1", "[::1]", "localhost:9050", "socks5://127.0.0.1:9050"]) {
    assert.throws(() => parse(text), OurSpaceError, text);
  }
  assert.throws(() => parse("127.0.0.1:0"), OurSpaceError);
  assert.throws(() => parse("127.0.0.1:65536"), OurSpaceError);
});
