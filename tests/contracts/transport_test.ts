import assert from "node:assert/strict";
import { contentLimits } from "../../resolver/content/limits.ts";
import type { Part, PartContext, Transport } from "../../resolver/contracts.ts";
import { parseAddressRanges } from "../../resolver/outbound/address_ranges.ts";
import { createOutbound } from "../../resolver/outbound/create.ts";
import { transports } from "../../resolver/transports/mod.ts";
import { fakeDns } from "../support/fake_dns.ts";
import { ONION_HOST, startOnionProxy } from "../support/onion_services.ts";
import { partContext } from "../support/parts.ts";
import { makeSigner } from "../support/pointers.ts";
import { type Service, startService } from "../support/services.ts";
import { patterned } from "../support/source_files.ts";

const { identity } = makeSigner();
const LIMITS = { maxBytes: contentLimits.feedBytes, milliseconds: 10_000 };

/** What leads from a location to a service of this machine. */
interface Way {
  readonly location: string;
  readonly context: PartContext;
  readonly stop?: () => PromiseLike<void>;
}

/** How a part's location is brought to a service's port, by the part's id: a new part needs a line here. */
const WAYS: Readonly<Record<string, (port: number) => Way>> = {
  http(port) {
    const dns = fakeDns({ addresses: { "alice.example": [["127.0.0.1"]] } });
    const allowPrivate = parseAddressRanges("127.0.0.0/8");
    const outbound = createOutbound({ dns, allowPrivate, clock: Date.now });
    return {
      location: `http://alice.example:${port}/feed.xml`,
      context: partContext({}, { dns, outbound }),
    };
  },
  tor(port) {
    const proxy = startOnionProxy(port);
    return {
      location: `http://${ONION_HOST}/feed.xml`,
      context: partContext({ TOR_SOCKS: proxy.address }),
      stop: () => proxy[Symbol.asyncDispose](),
    };
  },
};

/** One location of each kind that the pointer's grammar knows. */
const LOCATIONS = [
  "https://alice.example/feed.xml",
  "http://alice.example:8080/feed.xml?a",
  `http://${ONION_HOST}/feed.xml`,
  `https://${ONION_HOST}/feed.xml`,
];

/** A part's transport with the location that leads to the service. */
async function reach(part: Part<Transport>, { url }: Service) {
  const wayTo = WAYS[part.id];
  assert.ok(wayTo, `The contract test does not know the way of the part ${part.id}`);
  const { location, context, stop } = wayTo(Number(new URL(url).port));
  const [transport, ...others] = await part.create(context);
  assert.ok(transport !== undefined && others.length === 0);
  const open = (signal = AbortSignal.timeout(10_000)) =>
    transport.open(location, { identity, signal, ...LIMITS });
  return { transport, location, open, [Symbol.asyncDispose]: async () => await stop?.() };
}

/** A transport's library may keep a timer a little longer than its work. */
function contractTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

for (const part of transports) {
  contractTest(`${part.id}: delivers the bytes and the media type that is claimed`, async () => {
    await using site = startService(() =>
      new Response("<rss/>", { headers: { "Content-Type": "application/rss+xml" } })
    );
    await using way = await reach(part, site);
    assert.ok(way.transport.accepts(way.location));
    const { body, mediaType } = await way.open();
    assert.equal(mediaType, "application/rss+xml");
    assert.equal(await new Response(body).text(), "<rss/>");
  });

  contractTest(`${part.id}: an answer other than 200 is a failure that says so`, async () => {
    for (const status of [204, 404, 503]) {
      await using site = startService(() => new Response(null, { status }));
      await using way = await reach(part, site);
      await assert.rejects(way.open(), new RegExp(`${status}`));
    }
  });

  contractTest(`${part.id}: more than a feed may have are refused`, async () => {
    await using site = startService(() => new Response(patterned(contentLimits.feedBytes + 1)));
    await using way = await reach(part, site);
    const read = async () => await new Response((await way.open()).body).bytes();
    await assert.rejects(read(), { reason: "too-large" });
  });

  contractTest(`${part.id}: a call that is ended ends at once, with its reason`, async () => {
    await using site = startService(() => new Response("hello"));
    await using way = await reach(part, site);
    const leaver = new AbortController();
    const opening = way.open(leaver.signal);
    leaver.abort();
    await assert.rejects(opening, { name: "AbortError" });
  });

  contractTest(`${part.id}: nobody who answers is a failure`, async () => {
    const gone = startService(() => new Response("hello"));
    await gone[Symbol.asyncDispose]();
    await using way = await reach(part, gone);
    await assert.rejects(way.open());
  });
}

Deno.test("every location on the web and in Tor is one transport's", async () => {
  const all = (await Promise.all(transports.map((part) => part.create(partContext())))).flat();
  for (const location of LOCATIONS) {
    const takers = all.filter((transport) => transport.accepts(location));
    assert.equal(takers.length, 1, location);
  }
});

Deno.test("part ids are told apart", () => {
  const ids = transports.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
});
