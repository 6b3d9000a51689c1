import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { contentLimits } from "../../resolver/content/limits.ts";
import { rawTree } from "../support/blocks.ts";
import { createTestClock, type TestClock } from "../support/clock.ts";
import { publishPointer } from "../support/feed_offers.ts";
import { startHosts } from "../support/hosts.ts";
import { redirectTo, respond } from "../support/http_answers.ts";
import { makeSigner } from "../support/pointers.ts";
import { rssFeed } from "../support/publish.ts";
import { type RawConnection, startRawServer } from "../support/raw_server.ts";
import { startResettingServer } from "../support/resetting_server.ts";
import { startService } from "../support/services.ts";
import { openTestGateway, type TestGateway } from "../support/test_gateway.ts";

const BROWSER = { "Sec-Fetch-Dest": "document", Accept: "text/html,*/*;q=0.8" };
const FEED = rssFeed(["Right"]);
const LENGTH = new TextEncoder().encode(FEED).length;
const NEXT = rssFeed(["Next", "Right"]);

/** Where nobody outside this machine may lead a request. A server waits there. */
const INSIDE = "127.0.0.2";
/** What these tests take for the public Internet. */
const OUTSIDE = "127.0.0.1";

const never = () => new Promise<never>(() => {});
const OK = "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n";
const BOMB = gzipSync(new Uint8Array(64 * 1024 * 1024));

const NOT_ALLOWED = "Its address is not allowed.";
const NOT_REACHED = "It could not be reached.";
const TOO_LARGE = `It is larger than ${contentLimits.feedBytes} bytes.`;
const TOO_LATE = "It did not answer in time.";
const WRONG = "What came is not what the CID names.";

/** `inside` is the port of the server at the inside address. */
type Script = (connection: RawConnection, inside: number) => unknown;

interface HostileLocation {
  readonly what: string;
  /** What its server does with a request; `reset` breaks the answer off by resetting the connection. */
  readonly script: Script | "reset";
  /** Where its host leads, at one look-up after another; outside unless given. */
  readonly addresses?: readonly string[];
  readonly outcome: "failed" | "forged";
  readonly reason: string;
  /** The answer when there is no other road. */
  readonly status: 502 | 504;
  /** It keeps the gateway waiting: only time ends it. */
  readonly waits?: true;
}

function refused(
  what: string,
  script: Script,
  addresses: readonly string[] = [OUTSIDE],
): HostileLocation {
  return { what, script, addresses, outcome: "failed", reason: NOT_ALLOWED, status: 504 };
}

function broken(what: string, script: Script | "reset"): HostileLocation {
  return { what, script, outcome: "failed", reason: NOT_REACHED, status: 504 };
}

function waiting(what: string, script: Script): HostileLocation {
  return { what, script, outcome: "failed", reason: TOO_LATE, status: 504, waits: true };
}

function oversized(what: string, script: Script): HostileLocation {
  return { what, script, outcome: "failed", reason: TOO_LARGE, status: 502 };
}

function forged(what: string, script: Script): HostileLocation {
  return { what, script, outcome: "forged", reason: WRONG, status: 502 };
}

/** A status with the very bytes that were signed: it is none that brings a file. */
function status(line: string): HostileLocation {
  return {
    what: `the status ${line}`,
    script: ({ send }) => send(respond(FEED).replace("200 OK", line)),
    outcome: "failed",
    reason: `It answered with status ${line.slice(0, 3)}.`,
    status: 504,
  };
}

async function flood({ send }: RawConnection, start: string, piece: string): Promise<void> {
  await send(start);
  while (await send(piece));
}

const LOCATIONS: readonly HostileLocation[] = [
  refused(
    "a redirect to this machine",
    ({ send }, inside) => send(redirectTo(`http://${INSIDE}:${inside}/feed.xml`)),
  ),
  refused(
    "a redirect to where clouds keep their secrets",
    ({ send }) => send(redirectTo("http://169.254.169.254/latest/meta-data/")),
  ),
  refused(
    "a redirect to this machine over IPv6",
    ({ send }, inside) => send(redirectTo(`http://[::1]:${inside}/feed.xml`)),
  ),
  refused(
    "a redirect to this machine as an IPv6 address of IPv4",
    ({ send }, inside) => send(redirectTo(`http://[::ffff:${INSIDE}]:${inside}/feed.xml`)),
  ),
  refused("a redirect to a file", ({ send }) => send(redirectTo("file:///etc/hostname"))),
  refused("redirects without end", ({ send }) => send(redirectTo("/feed.xml"))),
  refused(
    "a name that leads outside at first and inside when it redirects to itself",
    ({ send }) => send(redirectTo("/feed.xml")),
    [OUTSIDE, INSIDE],
  ),
  refused("a name that leads inside", ({ send }) => send(respond(FEED)), [INSIDE]),
  waiting("a server that never answers", never),
  waiting("one byte, and then none for a long time", async ({ send }) => {
    await send(`${OK}Content-Length: ${LENGTH}\r\n\r\n<`);
    await never();
  }),
  waiting("headers that never come to an end", async ({ send }) => {
    await send(OK);
    await never();
  }),
  broken(
    "a length that is longer than what comes",
    ({ send }) => send(respond(FEED, { "content-length": `${LENGTH + 1}` })),
  ),
  forged(
    "a length that is shorter than what comes",
    ({ send }) => send(respond(FEED, { "content-length": `${LENGTH - 1}` })),
  ),
  broken("two lengths", ({ send }) => send(respond(FEED, { "Content-Length": "3" }))),
  broken("headers without end", (c) => flood(c, OK, `X-A: ${"a".repeat(1_000)}\r\n`)),
  broken("what HTTP/0.9 was", ({ send }) => send(FEED)),
  broken("bytes that are no HTTP", ({ send }) => send(new Uint8Array([0x16, 3, 1, 0, 0, 0x80]))),
  broken("a connection that is closed at once", () => {}),
  broken("a connection that is reset in the middle", "reset"),
  broken(
    "chunks that break off",
    ({ send }) => send(`${OK}Transfer-Encoding: chunked\r\n\r\n8\r\n<rss`),
  ),
  oversized("a body without end", (c) => flood(c, `${OK}\r\n`, FEED.repeat(100))),
  oversized("a length beyond every limit", async ({ send }) => {
    await send(`${OK}Content-Length: 99999999999\r\n\r\n`);
    await never();
  }),
  oversized("a gzip bomb", async ({ send }) => {
    await send(`${OK}Content-Encoding: gzip\r\nContent-Length: ${BOMB.length}\r\n\r\n`);
    await send(BOMB);
  }),
  broken("gzip that is none", ({ send }) => send(respond(FEED, { "Content-Encoding": "gzip" }))),
  refused(
    "a content coding that nobody asked for",
    ({ send }) => send(respond(FEED, { "Content-Encoding": "zstd" })),
  ),
  forged(
    "a page that says that the file has moved",
    ({ send }) => send(respond("<!doctype html><p>Moved", { "Content-Type": "text/html" })),
  ),
  status("204 No Content"),
  status("206 Partial Content"),
  status("404 Not Found"),
  status("500 Internal Server Error"),
];

/** Each use of a location has a host name of its own, of which nothing is known yet. */
type Use = "alone" | "first" | "newer";

/** A gateway, a hostile host and a good one. */
interface Stage extends AsyncDisposable {
  readonly test: TestGateway;
  readonly clock: TestClock;
  hostile(use: Use): string;
  readonly good: string;
  /** Resolves when the hostile server has been asked. */
  reached(use: Use): Promise<void>;
  /** How many connections the inside has had. */
  insideConnections(): number;
}

async function setStage({ script, addresses = [OUTSIDE] }: HostileLocation): Promise<Stage> {
  const uses = {
    alone: Promise.withResolvers<void>(),
    first: Promise.withResolvers<void>(),
    newer: Promise.withResolvers<void>(),
  };
  const inside = startRawServer(({ send }) => send(respond(FEED)), INSIDE);
  const server = script === "reset"
    ? await startResettingServer(`${OK}Content-Length: ${LENGTH}\r\n\r\n<rss`)
    : startRawServer((connection) => {
      for (const [use, { resolve }] of Object.entries(uses)) {
        if (connection.head.toLowerCase().includes(`host: ${use}.`)) resolve();
      }
      return script(connection, inside.port);
    });
  const site = startService(() => new Response(FEED));
  const names = Object.keys(uses).map((use) => [`${use}.example`, addresses]);
  const dns = await startHosts({ ...Object.fromEntries(names), "good.example": OUTSIDE });
  const clock = createTestClock();
  const test = await openTestGateway({
    environment: { DNS: `127.0.0.1:${dns.port}`, ALLOW_PRIVATE: `${OUTSIDE}/32` },
    clock: clock.now,
    alarm: clock.alarm,
  });
  return {
    test,
    clock,
    hostile: (use) => `http://${use}.example:${server.port}/feed.xml`,
    good: `${site.url.replace(OUTSIDE, "good.example")}/feed.xml`,
    reached: (use) => uses[use].promise,
    insideConnections: () => inside.connections,
    async [Symbol.asyncDispose]() {
      await test[Symbol.asyncDispose]();
      await Promise.all([server.stop(), inside.stop()]);
      await Promise.all([site[Symbol.asyncDispose](), dns[Symbol.asyncDispose]()]);
    },
  };
}

async function cidOf(document: string): Promise<string> {
  return (await rawTree(new TextEncoder().encode(document))).root.toString();
}

/** What no visitor is told: addresses, stacks, words of the runtime. */
const INTERNALS = /127\.0\.0\.|169\.254|::1|node:|\.ts\b|Error:|ECONN/;

for (const location of LOCATIONS) {
  const { what, outcome, reason, status, waits } = location;
  Deno.test(`${what}: it is told in words, and keeps nobody from another road`, async () => {
    await using stage = await setStage(location);
    const { test, clock } = stage;
    const cid = await cidOf(FEED);

    const alone = { cid, locations: [stage.hostile("alone")] };
    const path = await publishPointer(test, makeSigner(), alone);
    const failing = test.get(`${path}/feed.xml`);
    if (waits) {
      await stage.reached("alone");
      await clock.advance(contentLimits.blockMilliseconds);
    }
    const failure = await failing;
    const problem = await failure.text();
    assert.equal(failure.status, status, problem);
    assert.deepEqual(JSON.parse(problem).roads, [
      { road: "local", outcome: "none", reason: "It is not there." },
      { road: stage.hostile("alone"), outcome, reason },
    ]);
    assert.doesNotMatch(problem, INTERNALS);

    const first = { cid, locations: [stage.hostile("first"), stage.good] };
    const answering = test.get(`${await publishPointer(test, makeSigner(), first)}/feed.xml`);
    if (waits) {
      await stage.reached("first");
      await clock.advance(contentLimits.hedgeMilliseconds);
    }
    const answer = await answering;
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    assert.match(text, /Right/);
    assert.equal(stage.insideConnections(), 0);
    assert.deepEqual(test.problems, []);
  });
}

Deno.test("the last copy is shown, marked, when the newest content is at a hostile location", async () => {
  for (const location of LOCATIONS.filter(({ status, waits }) => status === 504 && !waits)) {
    await using stage = await setStage(location);
    const { test } = stage;
    const signer = makeSigner();
    const kept = { cid: await cidOf(FEED), locations: [stage.good] };
    const path = await publishPointer(test, signer, kept);
    assert.equal((await test.get(`${path}/feed.xml`)).status, 200);
    const newer = { cid: await cidOf(NEXT), locations: [stage.hostile("newer")] };
    await publishPointer(test, signer, { ...newer, timestamp: "2026-02-01T00:00:00.000Z" });
    const answer = await test.get(`${path}/feed.xml`);
    const text = await answer.text();
    assert.equal(answer.status, 200, `${location.what}: ${text}`);
    assert.match(text, /<title>Right/);
    assert.doesNotMatch(text, /<title>Next/);
    assert.match(answer.headers.get("Cache-Status") ?? "", /stale/, location.what);
  }
});

Deno.test("a person is told each road and its reason", async () => {
  const [location = assert.fail()] = LOCATIONS;
  await using stage = await setStage(location);
  const cid = await cidOf(FEED);
  const magnet =
    "magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a&tr=http://127.0.0.2/";
  const locations = [stage.hostile("alone"), magnet];
  const path = await publishPointer(stage.test, makeSigner(), { cid, locations });
  const answer = await stage.test.get(path, BROWSER);
  const page = (await answer.text()).replaceAll(/\s+/g, " ");
  assert.equal(answer.status, 504);
  assert.match(
    page,
    /alone\.example:\d+\/feed\.xml<\/strong> failed[^]*Its address is not allowed/,
  );
  assert.match(page, /magnet:[^<]*<\/strong> not tried[^]*This gateway does not use BitTorrent/);
  assert.equal(stage.insideConnections(), 0);
});

Deno.test("a claim about the bytes' type changes nothing about what they are", async () => {
  const claiming: HostileLocation = {
    ...forged("", ({ send }) => send(respond(FEED, { "Content-Type": "image/png" }))),
  };
  await using stage = await setStage(claiming);
  const fields = { cid: await cidOf(FEED), locations: [stage.hostile("alone")] };
  const path = await publishPointer(stage.test, makeSigner(), fields);
  const answer = await stage.test.get(`${path}/feed.xml`);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("Content-Type") ?? "", /^application\/rss\+xml/);
});
