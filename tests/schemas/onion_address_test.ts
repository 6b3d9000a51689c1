import assert from "node:assert/strict";
import { isOnionAddress } from "../../schemas/onion_address.ts";

/** From the Tor Project's own list of its services. */
const HOST = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion";

Deno.test("an onion address is known by its checksum and version", () => {
  assert.ok(isOnionAddress(HOST));
  assert.ok(isOnionAddress("duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion"));
});

Deno.test("one wrong character anywhere is found", () => {
  for (let place = 0; place < 56; place++) {
    const other = HOST[place] === "a" ? "b" : "a";
    const mistyped = HOST.slice(0, place) + other + HOST.slice(place + 1);
    assert.ok(!isOnionAddress(mistyped), mistyped);
  }
});

Deno.test("what has not the form of a version 3 address is none", () => {
  for (
    const host of [
      "expyuzz4wqqyqhjn.onion",
      HOST.toUpperCase(),
      `www.${HOST}`,
      `${HOST}.`,
      HOST.replace(".onion", ""),
      HOST.replace("2", "1"),
      "",
    ]
  ) assert.ok(!isOnionAddress(host), host);
});
