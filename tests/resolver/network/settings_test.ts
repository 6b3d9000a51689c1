import assert from "node:assert/strict";
import {
  bootstrapSetting,
  dhtListenSetting,
  dhtMdnsSetting,
  networkSettings,
} from "../../../resolver/network/settings.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";

Deno.test("multiaddresses are taken apart at commas, each once, in their order", () => {
  assert.deepEqual(
    bootstrapSetting.parse(" /ip4/192.0.2.1/tcp/1 ,/dns4/a.example/tcp/443/tls/ws,"),
    [
      "/ip4/192.0.2.1/tcp/1",
      "/dns4/a.example/tcp/443/tls/ws",
    ],
  );
  assert.deepEqual(bootstrapSetting.parse("/ip4/192.0.2.1/tcp/1,/ip4/192.0.2.1/tcp/1"), [
    "/ip4/192.0.2.1/tcp/1",
  ]);
  assert.deepEqual(bootstrapSetting.parse(""), []);
});

Deno.test("what is no multiaddress is named, with what to do", () => {
  for (const text of ["a.example:4001", "/ip4/a b", "//", `/${"x".repeat(600)}`]) {
    assert.throws(() => bootstrapSetting.parse(text), (error) => {
      assert.ok(error instanceof OurSpaceError);
      assert.match(error.message, /is no multiaddress/);
      return true;
    });
  }
});

Deno.test("unset, empty and given listening addresses are three things", () => {
  assert.equal(dhtListenSetting.parse(dhtListenSetting.fallback), "default");
  assert.deepEqual(dhtListenSetting.parse(""), []);
  assert.deepEqual(dhtListenSetting.parse("/ip4/127.0.0.1/tcp/0"), ["/ip4/127.0.0.1/tcp/0"]);
});

Deno.test("multicast DNS is on, off, or an error", () => {
  assert.deepEqual(["on", "off", ""].map(dhtMdnsSetting.parse), [true, false, false]);
  assert.throws(() => dhtMdnsSetting.parse("yes"), OurSpaceError);
});

Deno.test("every setting's fallback can be read", () => {
  for (const { parse, fallback } of networkSettings) parse(fallback);
});
