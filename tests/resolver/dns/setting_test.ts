import assert from "node:assert/strict";
import { endpointText, parseDnsSetting } from "../../../resolver/dns/setting.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";

Deno.test("the machine's servers, an HTTPS address and a server's address are understood", () => {
  const cases = {
    "system": { kind: "system" },
    "": { kind: "none" },
    "https://dns.example/dns-query": { kind: "https", url: "https://dns.example/dns-query" },
    "192.0.2.1:5353": { kind: "plain", address: "192.0.2.1", port: 5353 },
    " 192.0.2.1 ": { kind: "plain", address: "192.0.2.1", port: 53 },
    "[2001:db8::1]:53": { kind: "plain", address: "2001:db8::1", port: 53 },
    "2001:db8::1": { kind: "plain", address: "2001:db8::1", port: 53 },
  };
  for (const [text, meaning] of Object.entries(cases)) {
    assert.deepEqual(parseDnsSetting(text), meaning, text);
  }
});

Deno.test("anything else is refused with the forms that are possible", () => {
  const texts = [
    ..."http://dns.example/|https://me:word@dns.example/|dns.example:53|192.0.2.1:0".split("|"),
    ..."192.0.2.1:65536|[192.0.2.1]:53|2001:db8::1:x|SYSTEM|https://|1.2.3:53".split("|"),
  ];
  for (const text of texts) {
    assert.throws(
      () => parseDnsSetting(text),
      (error) => error instanceof OurSpaceError && error.remedy.includes("system"),
      text,
    );
  }
});

Deno.test("an endpoint is written as it is read", () => {
  assert.equal(endpointText({ address: "192.0.2.1", port: 53 }), "192.0.2.1:53");
  assert.equal(endpointText({ address: "2001:db8::1", port: 53 }), "[2001:db8::1]:53");
});
