import assert from "node:assert/strict";
import { parsePublishArguments } from "../../../../gateway/commands/publish/arguments.ts";
import { ONION_HOST } from "../../../support/onion_services.ts";

const ACCOUNT = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";

Deno.test("a feed and a key file are all that is needed", () => {
  assert.deepEqual(parsePublishArguments(["feed", "--key-file", "a.key"]), {
    path: "feed",
    key: { kind: "key-file", path: "a.key" },
    account: null,
    locations: [],
    onion: null,
    carFile: null,
    dryRun: false,
    yes: false,
  });
});

Deno.test("--help wins over everything", () => {
  assert.equal(parsePublishArguments(["-h"]), null);
  assert.equal(parsePublishArguments(["a", "b", "--help"]), null);
});

Deno.test("each way to sign is understood", () => {
  const key = (...args: string[]) => parsePublishArguments(["feed", ...args])?.key;
  assert.deepEqual(key(), { kind: "environment" });
  assert.deepEqual(key("--keystore", "k"), { kind: "keystore", path: "k", passwordFile: null });
  assert.deepEqual(key("--rpc", "http://127.0.0.1:8545"), {
    kind: "json-rpc",
    url: "http://127.0.0.1:8545/",
    account: null,
  });
  assert.deepEqual(
    key("--signature", "0x12", "--account", ACCOUNT.toLowerCase(), "--timestamp", "T"),
    { kind: "signature", signature: "0x12", timestamp: "T", account: ACCOUNT },
  );
  assert.deepEqual(key("--dry-run", "--account", ACCOUNT), {
    kind: "address-only",
    account: ACCOUNT,
  });
  assert.deepEqual(key("--dry-run"), { kind: "environment" });
});

Deno.test("--onion takes an onion service's address, or the one of the settings", () => {
  const parsed = (...args: string[]) => parsePublishArguments(args);
  assert.equal(parsed("feed", "--onion", `http://${ONION_HOST}`)?.onion, `http://${ONION_HOST}`);
  assert.equal(parsed("feed", `--onion=http://${ONION_HOST}/`)?.onion, `http://${ONION_HOST}`);
  assert.equal(parsed("--onion", "feed")?.onion, "configured");
  assert.equal(parsed("--onion", "feed")?.path, "feed");
  assert.equal(parsed("feed", "--onion", "--yes")?.onion, "configured");
  assert.equal(parsed("feed", "--onion")?.onion, "configured");
});

Deno.test("arguments that make no sense are refused with the reason", () => {
  const cases: readonly [readonly string[], RegExp][] = [
    [[], /No feed file or folder/],
    [["a", "b"], /not also b/],
    [["--withdraw", "--onion"], /takes no --onion/],
    [["a", "--onion", "https://alice.example"], /no address of an onion service/],
    [
      ["a", "--onion", `http://${ONION_HOST.replace("2g", "2h")}`],
      /no address of an onion service/,
    ],
    [["a", "--withdraw"], /takes no feed/],
    [["--withdraw", "--car", "a.car"], /takes no --car/],
    [["--withdraw", "--location", "https://alice.example/"], /takes no --location/],
    [["a", "--key-file", "k", "--rpc", "http://x"], /Choose one/],
    [["a", "--password-file", "p"], /goes with --keystore/],
    [["a", "--timestamp", "t"], /goes with --signature/],
    [["a", "--signature", "0x"], /needs --account and --timestamp/],
    [["a", "--rpc", "ws://x"], /http:\/\//],
    [["a", "--location", "ftp://alice.example/"], /--location ftp.* cannot be used/],
    [["a", "--account", "eip155:1:" + ACCOUNT], /Contract accounts/],
    [["a", "--nonsense"], /--nonsense/],
    [["a", "--key-file"], /key-file/],
    [["", "--key-file", "k"], /No feed file or folder/],
    [["a", "--key-file", ""], /--key-file is empty/],
    [["a", "--keystore="], /--keystore is empty/],
    [["a", "--car", ""], /--car is empty/],
  ];
  for (const [args, reason] of cases) {
    assert.throws(() => parsePublishArguments(args), {
      name: "WrongArgumentsError",
      message: reason,
    }, args.join(" "));
  }
  const wrongCase = ACCOUNT.replace("d8dA", "D8dA");
  assert.throws(() => parsePublishArguments(["a", "--account", wrongCase]), {
    name: "MalformedNameError",
  });
});
