import assert from "node:assert/strict";
import { createStarting } from "../../gateway/starting.ts";

const starting = createStarting({
  report: (error) => {
    throw error;
  },
});
const ask = (path: string, headers: Record<string, string> = {}) =>
  starting.fetch(new Request(`http://127.0.0.1:8000${path}`, { headers }));

Deno.test("whoever comes too early is told to come again: programs by a problem, people by a page", async () => {
  for (const path of ["/", "/health", "/0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"]) {
    const problem = await ask(path);
    assert.equal(problem.status, 503, path);
    assert.equal(problem.headers.get("Retry-After"), "1");
    assert.equal(problem.headers.get("Cache-Control"), "no-store");
    assert.equal((await problem.json()).type, "urn:ourspace:problem:starting");
  }
  const page = await ask("/", { "Sec-Fetch-Dest": "document" });
  assert.equal(page.status, 503);
  assert.match(await page.text(), /<h1>Starting<\/h1>[^]*not ready yet/);
});

Deno.test("the page has its look", async () => {
  for (const path of ["/page.css", "/favicon.svg"]) {
    const part = await ask(path);
    assert.equal(part.status, 200, path);
    await part.body?.cancel();
  }
});
