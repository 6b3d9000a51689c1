import assert from "node:assert/strict";
import { checkLocations } from "../../../../gateway/commands/publish/locations.ts";
import { createTorOutbound, newTorSecret } from "../../../../resolver/outbound/tor.ts";
import { appOutbound } from "../../../support/app_outbound.ts";
import { rawTree } from "../../../support/blocks.ts";
import { CALL } from "../../../support/content.ts";
import { ONION_HOST, startOnionProxy } from "../../../support/onion_services.ts";
import { startService } from "../../../support/services.ts";

const FEED = new TextEncoder().encode("<rss/>");
const LOCATION = `http://${ONION_HOST}/feed.xml`;
/** The library's timer of a handshake outlives it. */
const UNSANITIZED = { sanitizeOps: false, sanitizeResources: false };

/** What is said of an onion location whose service answers so, through Tor or without it. */
async function faults(answer: () => Response, withTor = true): Promise<readonly string[]> {
  await using site = startService(answer);
  await using proxy = startOnionProxy(Number(new URL(site.url).port));
  const [address = "", port] = proxy.address.split(":");
  const options = {
    proxy: { address, port: Number(port) },
    clock: Date.now,
    secret: newTorSecret(),
  };
  const { root } = await rawTree(FEED);
  const clients = {
    outbound: appOutbound({}),
    tor: withTor ? createTorOutbound(options)("publish") : null,
  };
  return await checkLocations([LOCATION], root, clients, CALL);
}

Deno.test("an onion location is looked at through Tor", UNSANITIZED, async () => {
  assert.deepEqual(await faults(() => new Response(FEED)), []);
  assert.match(
    (await faults(() => new Response("<rss>"))).join(),
    /something else than what you sign/,
  );
  assert.match((await faults(() => new Response("no", { status: 404 }))).join(), /status 404/);
});

Deno.test("without Tor it is said that nobody looked", async () => {
  const [said = ""] = await faults(() => new Response(FEED), false);
  assert.match(said, new RegExp(`${ONION_HOST}.*not checked.*TOR_SOCKS`));
});

Deno.test("a proxy that is away is named, not the service", UNSANITIZED, async () => {
  const proxy = { address: "127.0.0.1", port: 1 };
  const tor = createTorOutbound({ proxy, clock: Date.now, secret: newTorSecret() })("publish");
  const { root } = await rawTree(FEED);
  const said = await checkLocations([LOCATION], root, { outbound: appOutbound({}), tor }, CALL);
  assert.match(said.join(), /The Tor proxy cannot be reached/);
});
