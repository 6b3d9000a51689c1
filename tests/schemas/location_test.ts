import assert from "node:assert/strict";
import fc from "fast-check";
import { LOCATION_MAX_LENGTH, locationFault } from "../../schemas/location.ts";
import { anyLocation } from "../support/pointer_arbitrary.ts";

Deno.test("a location says which rule it breaks", () => {
  const faults = {
    [`https://alice.example/${"x".repeat(LOCATION_MAX_LENGTH)}`]: /longer/,
    "ftp://alice.example/": /starts with/,
    "https://alice/": /host/,
    "https://127.0.0.1/": /host/,
    "http://alice.onion/": /host/,
    "https://alice.example:0/": /number from 1/,
    "https://alice.example:443/": /default port/,
    "https://alice.example": /path starts/,
    "https://alice.example/../": /dot segment/,
    "https://alice.example/#top": /character/,
    "https://alice.example/?%": /character/,
    "magnet:?#": /character/,
  };
  for (const [location, fault] of Object.entries(faults)) {
    assert.match(locationFault(location) ?? "", fault, location);
  }
});

Deno.test("a location has no line break, so none can forge a line of the signed text", () => {
  const place = fc.nat({ max: 80 });
  const character = fc.constantFrom("\n", "\r", "\u2028", "\u0085", "\0", " ", '"', "\\");
  fc.assert(fc.property(anyLocation, place, character, (location, place, character) => {
    assert.notEqual(
      locationFault(location.slice(0, place) + character + location.slice(place)),
      null,
    );
  }));
});

Deno.test("a host that passes is the host that a URL parser sees", () => {
  const host = fc.stringMatching(/^[a-z0-9.x-]{1,24}$/);
  fc.assert(
    fc.property(host, (host) => {
      if (locationFault(`https://${host}/`) !== null) return;
      // A-labels are not decoded by the grammar; a parser that decodes them may refuse some.
      if (host.includes("xn--")) return;
      assert.equal(new URL(`https://${host}/`).host, host);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("a host of 500 characters that fails at its end is judged at once", () => {
  // A grammar that tries again and again would not end at all.
  assert.notEqual(locationFault(`https://${"a-".repeat(240)}_.example/`), null);
});
