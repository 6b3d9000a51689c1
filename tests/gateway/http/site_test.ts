import assert from "node:assert/strict";
import { BadRequestError } from "../../../gateway/http/bad_request.ts";
import { siteOf } from "../../../gateway/http/site.ts";
import { ONION_HOST } from "../../support/onion_services.ts";

function siteAt(host: string | null, publicUrl = "https://gateway.example"): string {
  const request = { url: `http://${host ?? "localhost"}/`, headers: new Headers() };
  if (host !== null) request.headers.set("Host", host);
  const site = siteOf(request as Request, { publicOrigin: new URL(publicUrl), onionOrigin: null });
  return site.kind === "own" ? "own" : site.origin;
}

Deno.test("the gateway's own host, addresses and what is no name are the gateway's own", () => {
  const own = [
    "gateway.example",
    "GATEWAY.example:443",
    "127.0.0.1:8000",
    "[::1]:8000",
    "localhost:8000",
    "gateway",
    "1.2.3",
    "printer.local",
    "under_score.example",
    "a b.example",
    "",
    null,
  ];
  for (const host of own) assert.equal(siteAt(host), "own", `Host: ${host}`);
});

Deno.test("every other name is a custom domain, at the public address's scheme and port", () => {
  assert.equal(siteAt("alice.example"), "https://alice.example");
  assert.equal(siteAt("Alice.Example.:8443"), "https://alice.example");
  assert.equal(siteAt("alice.example:1", "http://127.0.0.1:8000"), "http://alice.example:8000");
  assert.equal(siteAt("xn--bcher-kva.example"), "https://xn--bcher-kva.example");
});

Deno.test("the onion service is the gateway's own, with links of its own", () => {
  const origins = {
    publicOrigin: new URL("https://gateway.example"),
    onionOrigin: new URL(`http://${ONION_HOST}`),
  };
  const at = (url: string) => siteOf(new Request(url), origins);
  assert.deepEqual(at(`http://${ONION_HOST}/a?b`), {
    kind: "own",
    origin: `http://${ONION_HOST}`,
    onionLocation: null,
  });
  assert.equal(at("https://gateway.example/a?b").onionLocation, `http://${ONION_HOST}/a?b`);
  assert.equal(at("http://127.0.0.1:8000/").onionLocation, `http://${ONION_HOST}/`);
  assert.equal(at("https://alice.example/").onionLocation, null);
  assert.equal(at(`http://${"a".repeat(56)}.onion/`).origin, "https://gateway.example");
});

Deno.test("two Host headers are refused", () => {
  assert.throws(() => siteAt("alice.example, gateway.example"), BadRequestError);
});
