import assert from "node:assert/strict";
import { readConfig, settingsTable } from "../../../gateway/config/config.ts";
import {
  hostSetting,
  nodeSetting,
  portSetting,
  publicUrlSetting,
} from "../../../gateway/config/settings.ts";
import { describeError } from "../../../gateway/print.ts";
import { peersSetting } from "../../../resolver/peers/setting.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";

Deno.test("without any environment every setting has its default", () => {
  const config = readConfig({});
  assert.equal(config.get(hostSetting), "127.0.0.1");
  assert.equal(config.get(portSetting), 8000);
  assert.equal(config.get(publicUrlSetting), null);
  assert.equal(config.get(nodeSetting), "embedded");
  assert.deepEqual(config.get(peersSetting), []);
});

Deno.test("set but empty means none, which for the node is off", () => {
  const empty = Object.fromEntries(settingsTable.map(({ name }) => [name, ""]));
  const config = readConfig(empty);
  assert.equal(config.get(nodeSetting), "off");
  assert.deepEqual(config.get(peersSetting), []);
});

Deno.test("an empty setting is told as what it means: none, or the default where there cannot be none", () => {
  const empty = Object.fromEntries(settingsTable.map(({ name }) => [name, ""]));
  const told = new Map(readConfig(empty).entries.map(({ name, ...entry }) => [name, entry]));
  assert.deepEqual(told.get("DNS"), { shown: "none", given: true });
  assert.deepEqual(told.get("TRUSTLESS_GATEWAYS"), { shown: "none", given: true });
  assert.deepEqual(told.get("PORT"), { shown: "8000", given: false });
  assert.deepEqual(told.get("MAX_BLOCK_BYTES"), { shown: "8589934592", given: false });
  assert.deepEqual(told.get("PUBLIC_URL"), { shown: "the listening address", given: false });
  assert.deepEqual(told.get("ALLOWLIST"), { shown: "everybody is served", given: false });
});

Deno.test("a public URL is an origin and nothing more", () => {
  const read = (text: string) => readConfig({ PUBLIC_URL: text }).get(publicUrlSetting);
  assert.equal(read("https://gateway.example/"), "https://gateway.example");
  assert.equal(read("http://gateway.example:8080"), "http://gateway.example:8080");
  const wrong = [
    "gateway.example",
    "ftp://a.example",
    "https://a.example/x",
    "https://u:p@a.example",
  ];
  for (const text of wrong) assert.throws(() => read(text), OurSpaceError, text);
});

Deno.test("a setting that cannot be used is named, with the form that it should have", () => {
  assert.throws(
    () => readConfig({ PORT: "eighty" }),
    (error: unknown) =>
      error instanceof OurSpaceError && error.message.includes("PORT") && error.remedy !== "",
  );
  assert.throws(() => readConfig({ PORT: "65536" }), OurSpaceError);
  assert.throws(() => readConfig({ NODE: "maybe" }), OurSpaceError);
  assert.throws(() => readConfig({ PEERS: "x".repeat(20_000) }), OurSpaceError);
});

Deno.test("what is wrong is said once", () => {
  assert.throws(() => readConfig({ PORT: "eighty" }), (error: unknown) => {
    assert.equal(describeError(error).split("eighty").length, 2);
    return true;
  });
});

Deno.test("the names in the table are unique", () => {
  const names = settingsTable.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
});
