import assert from "node:assert/strict";
import { createFront } from "../../gateway/front.ts";
import { loadedByImport } from "../support/modules.ts";

const front = createFront({
  publicOrigin: new URL("https://gateway.example"),
  onionOrigin: null,
});
const ask = (path: string, host = "gateway.example", method = "GET") =>
  front.fetch(new Request(`https://${host}${path}`, { method }));

Deno.test("the front answers what needs no feed, like the whole gateway does", async () => {
  for (const path of ["/", "/health", "/page.css", "/feed.xsl", "/favicon.svg"]) {
    const answer = await ask(path);
    assert.equal(answer?.status, 200, path);
    const readers = path === "/health" ? null : "*";
    assert.equal(answer?.headers.get("Access-Control-Allow-Origin"), readers, path);
    await answer?.body?.cancel();
  }
});

Deno.test("everything else takes the whole gateway", () => {
  for (const path of ["/alice.example", "/?name=alice.example", "/v1/pointers", "/metrics"]) {
    assert.equal(ask(path), null, path);
  }
  assert.equal(ask("/", "alice.example"), null);
  assert.equal(ask("/", "gateway.example", "POST"), null);
});

Deno.test("an edge process starts without libp2p, SQLite, viem and parsers", async () => {
  const loaded = await loadedByImport("gateway/main.ts");
  const heavy = /libp2p|sqlite|viem|feedsmith|sanitize-html|libxslt|lru-cache|kubo-rpc|unixfs/;
  assert.deepEqual([...loaded].filter((module) => heavy.test(module)), []);
});
