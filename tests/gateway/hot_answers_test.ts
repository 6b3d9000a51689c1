import assert from "node:assert/strict";
import { withHotAnswers } from "../../gateway/hot_answers.ts";
import { reusableResponse } from "../../gateway/http/reusable_response.ts";

const client = { remoteAddress: "127.0.0.1" };

/** An app that counts how often it has to think, and a clock that the test turns. */
function counted(answer: (request: Request) => Response) {
  const state = { thoughts: 0, now: 0 };
  const app = withHotAnswers({
    fetch: (request) => (state.thoughts++, Promise.resolve(answer(request))),
  }, { clock: () => state.now, count: () => {} });
  const ask = async (headers: Record<string, string> = {}, method = "GET") => {
    const request = new Request("https://gateway.example/alice.example", { headers, method });
    return await (await app.fetch(request, client)).text();
  };
  return { state, app, ask };
}

function reusable(text: string): Response {
  const body = new TextEncoder().encode(text);
  return reusableResponse({ body, init: { status: 200, headers: {} } });
}

Deno.test("the same question within a second is answered without thinking", async () => {
  const { state, ask } = counted(() => reusable("page"));
  assert.equal(await ask(), "page");
  assert.equal(await ask(), "page");
  assert.equal(state.thoughts, 1);
  state.now = 1_000;
  assert.equal(await ask(), "page");
  assert.equal(state.thoughts, 2);
});

Deno.test("every header that decides makes another question", async () => {
  const { state, ask } = counted(() => reusable("page"));
  await ask();
  await ask({ Accept: "text/html" });
  await ask({ "Accept-Encoding": "br" });
  await ask({ "Sec-Fetch-Dest": "document" });
  await ask({ "If-Modified-Since": "Fri, 20 Nov 2026 08:22:17 GMT" });
  assert.equal(state.thoughts, 5);
  await ask({ "User-Agent": "whatever" });
  assert.equal(state.thoughts, 5);
});

Deno.test("of a client that names the tag it holds, only a 304 is used again", async () => {
  const other = counted(() => reusable("page"));
  await other.ask({ "If-None-Match": '"old"' });
  await other.ask({ "If-None-Match": '"old"' });
  assert.equal(other.state.thoughts, 2);
  const same = counted(() => reusableResponse({ body: null, init: { status: 304, headers: {} } }));
  await same.ask({ "If-None-Match": '"tag"' });
  await same.ask({ "If-None-Match": '"tag"', "Accept-Encoding": "br" });
  assert.equal(same.state.thoughts, 1);
  await same.ask({ "If-None-Match": '"tag"', "Sec-Fetch-Dest": "document" });
  await same.ask({ "If-None-Match": '"another"' });
  assert.equal(same.state.thoughts, 3);
});

Deno.test("of a cache that names the tags of several formats every header is read", async () => {
  for (const tags of ['"page", "feed"', "*"]) {
    const made = () => reusableResponse({ body: null, init: { status: 304, headers: {} } });
    const { state, ask } = counted(made);
    await ask({ "If-None-Match": tags, Accept: "text/html" });
    await ask({ "If-None-Match": tags, Accept: "application/rss+xml" });
    await ask({ "If-None-Match": tags, Accept: "text/html" });
    assert.equal(state.thoughts, 2, tags);
  }
});

Deno.test("only answers that were made for it are used again, and only for GET", async () => {
  const once = counted(() => new Response("once"));
  await once.ask();
  await once.ask();
  assert.equal(once.state.thoughts, 2);
  const head = counted(() => reusable("page"));
  await head.ask({}, "HEAD");
  await head.ask({}, "HEAD");
  assert.equal(head.state.thoughts, 2);
});

Deno.test("a change is seen by the next question", async () => {
  const { state, app, ask } = counted(() => reusable("page"));
  await ask();
  app.forget();
  await ask();
  assert.equal(state.thoughts, 2);
});

Deno.test("an endless question is answered, not kept", async () => {
  const { state, ask } = counted(() => reusable("page"));
  const headers = { Accept: "a".repeat(5_000) };
  await ask(headers);
  await ask(headers);
  assert.equal(state.thoughts, 2);
});

Deno.test("large answers are kept within a bound, whoever asks for them", async () => {
  const body = new Uint8Array(24 * 1024 * 1024);
  const large = () => reusableResponse({ body, init: { status: 200, headers: {} } });
  const { state, ask } = counted(large);
  for (const accept of ["a", "b", "c"]) await ask({ Accept: accept });
  await ask({ Accept: "c" });
  assert.equal(state.thoughts, 3);
  await ask({ Accept: "a" });
  assert.equal(state.thoughts, 4);
});
