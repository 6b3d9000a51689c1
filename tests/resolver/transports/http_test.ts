import assert from "node:assert/strict";
import { contentLimits } from "../../../resolver/content/limits.ts";
import type { Transport } from "../../../resolver/contracts.ts";
import { ContentUnreachableError, ContentWrongError } from "../../../resolver/errors.ts";
import { parseAddressRanges } from "../../../resolver/outbound/address_ranges.ts";
import { createOutbound } from "../../../resolver/outbound/create.ts";
import { httpTransport } from "../../../resolver/transports/http.ts";
import { rawTree } from "../../support/blocks.ts";
import { CALL, outcomes, readerOver, rejection } from "../../support/content.ts";
import { fakeDns } from "../../support/fake_dns.ts";
import { partContext } from "../../support/parts.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";
import { startService } from "../../support/services.ts";
import { patterned } from "../../support/source_files.ts";

const FEED = new TextEncoder().encode("<rss/>");

/** The transport where `alice.example` is a service on loopback, which strangers may name or not. */
async function transport(allowPrivate = "127.0.0.0/8"): Promise<Transport> {
  const dns = fakeDns({ addresses: { "alice.example": [["127.0.0.1"]] } });
  const ranges = parseAddressRanges(allowPrivate);
  const outbound = createOutbound({ dns, allowPrivate: ranges, clock: Date.now });
  const [http] = await httpTransport.create(partContext({}, { outbound, dns }));
  return http ?? assert.fail("The transport was not created");
}

function locationOf(url: string): string {
  return `${url.replace("127.0.0.1", "alice.example")}/feed.xml`;
}

/** The feed behind a pointer with this location, and nowhere else. */
async function feedAt(location: string, http: Transport, content: Uint8Array<ArrayBuffer> = FEED) {
  const { root } = await rawTree(content);
  const fields = { cid: root.toString(), locations: [location] };
  const pointer = await verifiedPointer(makeSigner(), fields);
  return await readerOver([], { transports: [http] }).feedDocument(pointer, CALL);
}

Deno.test("the transport takes locations on the web, and leaves the others to others", async () => {
  const http = await transport();
  assert.ok(http.accepts("https://alice.example/feed.xml"));
  assert.ok(http.accepts("http://alice.example:8080/feed.xml?a"));
  assert.ok(!http.accepts(`http://${"a".repeat(56)}.onion/feed.xml`));
  assert.ok(!http.accepts("magnet:?xt=urn:btih:0"));
  assert.deepEqual(httpTransport.settings, []);
});

Deno.test("a location delivers the feed and the media type that it claims", async () => {
  await using site = startService(() =>
    new Response(FEED, { headers: { "Content-Type": "application/rss+xml; charset=utf-8" } })
  );
  const document = await feedAt(locationOf(site.url), await transport());
  assert.deepEqual(document.bytes, FEED);
  assert.equal(document.mediaType, "application/rss+xml; charset=utf-8");
});

Deno.test("an answer other than 200 is a failure that says so", async () => {
  for (const status of [204, 404, 503]) {
    await using site = startService(() => new Response(null, { status }));
    const error = await rejection(
      feedAt(locationOf(site.url), await transport()),
      ContentUnreachableError,
    );
    assert.match(error.roads[0]?.reason ?? "", new RegExp(`${status}`));
  }
});

Deno.test("a location that has changed since it was signed is wrong", async () => {
  await using site = startService(() => new Response("<rss>new</rss>"));
  const error = await rejection(
    feedAt(locationOf(site.url), await transport()),
    ContentWrongError,
  );
  assert.deepEqual(outcomes(error.roads), [`${locationOf(site.url)} forged`]);
});

Deno.test("a 30 MB feed is refused, however it is announced", async () => {
  const content = patterned(30_000_000);
  await using announced = startService(() => new Response(content));
  await using streamed = startService(() => new Response(new Blob([content]).stream()));
  await using packed = startService(() => {
    const body = new Blob([new Uint8Array(30_000_000)]).stream()
      .pipeThrough(new CompressionStream("gzip"));
    return new Response(body, { headers: { "Content-Encoding": "gzip" } });
  });
  for (const { url } of [announced, streamed, packed]) {
    const error = await rejection(
      feedAt(locationOf(url), await transport(), content),
      ContentWrongError,
    );
    assert.match(error.roads[0]?.reason ?? "", new RegExp(`${contentLimits.feedBytes}`));
  }
});

Deno.test("a location that leads to a private address, at once or by a redirect, is not followed", async () => {
  await using secret = startService(() => new Response(FEED));
  const direct = await rejection(
    feedAt(locationOf(secret.url), await transport("")),
    ContentUnreachableError,
  );
  assert.deepEqual(direct.roads.map(({ reason }) => reason), ["Its address is not allowed."]);

  const target = `${secret.url.replace("127.0.0.1", "127.0.0.2")}/feed.xml`;
  await using site = startService(() => Response.redirect(target, 302));
  const redirected = await rejection(
    feedAt(locationOf(site.url), await transport("127.0.0.1/32")),
    ContentUnreachableError,
  );
  assert.deepEqual(redirected.roads.map(({ reason }) => reason), ["Its address is not allowed."]);
  assert.deepEqual(secret.asked, []);
});
