import assert from "node:assert/strict";
import { nodeUrl } from "../../../gateway/commands/node_url.ts";
import { readConfig } from "../../../gateway/config/config.ts";

Deno.test("links to a node that does not run lead to where it will answer a browser", () => {
  const cases: readonly [host: string, url: string][] = [
    ["127.0.0.1", "http://127.0.0.1:8001"],
    ["node.example", "http://node.example:8001"],
    ["::1", "http://[::1]:8001"],
    ["0.0.0.0", "http://localhost:8001"],
    ["::", "http://localhost:8001"],
  ];
  for (const [HOST, url] of cases) {
    assert.equal(nodeUrl(readConfig({ HOST, PORT: "8001" }), null), url);
  }
});

Deno.test("links to a node lead to its public address, else to where it answers now", () => {
  const running = "http://127.0.0.1:4711";
  const PUBLIC_URL = "https://gateway.example";
  assert.equal(nodeUrl(readConfig({ PUBLIC_URL }), running), PUBLIC_URL);
  assert.equal(nodeUrl(readConfig({}), running), running);
});
