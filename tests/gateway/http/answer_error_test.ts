import assert from "node:assert/strict";
import { createAnswerError } from "../../../gateway/http/answer_error.ts";
import { StartingError } from "../../../gateway/http/starting_error.ts";
import { XsltError } from "../../../gateway/render/xslt.ts";
import {
  ContentUnreachableError,
  ContentWrongError,
  NameLookupError,
  NotFoundError,
  PathNotFoundError,
  PointerRefusedError,
  UnavailableError,
  UnsupportedNameError,
} from "../../../resolver/errors.ts";
import { MalformedNameError, MalformedPointerError } from "../../../schemas/errors.ts";

const problems: unknown[] = [];
const answerError = createAnswerError({ report: (error) => void problems.push(error) });
const answer = (error: unknown, headers: Record<string, string> = {}) =>
  answerError(error, new Request("https://gateway.example/x", { headers }));

const road = {
  road: "peer a",
  outcome: "failed",
  reason: "It was silent.",
  milliseconds: 5,
} as const;

/** The design's outcome table: error, status, whether it may be kept, whether to try again. */
const OUTCOMES: readonly [Error, number, boolean, boolean][] = [
  [new MalformedNameError("x"), 400, true, false],
  [new MalformedPointerError("x"), 400, false, false],
  [new NotFoundError("x", { incomplete: false }), 404, true, false],
  [new NotFoundError("x", { incomplete: true }), 404, false, true],
  [new PathNotFoundError("x"), 404, true, false],
  [new StartingError(), 503, false, true],
  [new UnavailableError("x"), 503, false, true],
  [new UnsupportedNameError("x"), 501, true, false],
  [new NameLookupError("x", { reason: "failed" }), 502, false, true],
  [new NameLookupError("x", { reason: "bogus" }), 502, false, true],
  [new NameLookupError("x", { reason: "ambiguous" }), 502, false, true],
  [new PointerRefusedError("x", { reason: "not-verifiable-here" }), 501, true, false],
  [new ContentUnreachableError("x", { roads: [road] }), 504, false, true],
  [new ContentWrongError("x", { roads: [road] }), 502, false, false],
  [new XsltError("x", { reason: "busy" }), 503, false, true],
  [new XsltError("x", { reason: "closed" }), 503, false, true],
  [new XsltError("x", { reason: "timeout" }), 502, false, false],
  [new XsltError("x", { reason: "too-large" }), 502, false, false],
];

for (const [error, status, kept, again] of OUTCOMES) {
  const title = "reason" in error ? `${error.name} (${error.reason})` : error.name;
  Deno.test(`${title} is ${status}, ${kept ? "briefly kept" : "never kept"}`, async () => {
    const response = await answer(error);
    assert.equal(response.status, status);
    assert.equal(response.headers.get("Cache-Control")?.startsWith("public"), kept);
    assert.equal(response.headers.has("Retry-After"), again);
    const body = await response.json();
    assert.equal(body.status, status);
    assert.match(body.type, /^urn:ourspace:problem:[a-z-]+$/);
    assert.equal("roads" in body, "roads" in error);
  });
}

Deno.test("people get a page, programs a problem, and caches are told what decides", async () => {
  const error = new NotFoundError("Nobody knows <b>this</b>.", { incomplete: false });
  const page = await answer(error, { "Sec-Fetch-Dest": "document" });
  assert.equal(page.headers.get("Content-Type"), "text/html; charset=utf-8");
  assert.equal(page.headers.get("Vary"), "Accept, Sec-Fetch-Dest");
  assert.match(page.headers.get("Content-Security-Policy") ?? "", /default-src 'none'/);
  assert.match(await page.text(), /Nobody knows &lt;b&gt;this/);
  const problem = await answer(error);
  assert.equal(problem.headers.get("Content-Type"), "application/problem+json");
  await problem.body?.cancel();
});

Deno.test("the page at a domain's own address does not lead back to itself", async () => {
  const page = async (url: string) => {
    const request = new Request(url, { headers: { "Sec-Fetch-Dest": "document" } });
    return await (await answerError(new NotFoundError("x", { incomplete: false }), request)).text();
  };
  assert.doesNotMatch(await page("https://alice.example/"), /To the start page/);
  assert.match(await page("https://alice.example/?name=x"), /To the start page/);
  assert.match(await page("https://alice.example/x"), /To the start page/);
});

Deno.test("where a post is missing, the page leads back to its feed", async () => {
  const page = async (url: string) => {
    const request = new Request(url, { headers: { "Sec-Fetch-Dest": "document" } });
    return await (await answerError(new PathNotFoundError("x"), request)).text();
  };
  const feed = /<a class="button" href="\/alice\.example">To the feed<\/a>/;
  assert.match(await page("https://gateway.example/alice.example/posts/abc"), feed);
  assert.match(await page("https://alice.example/posts/abc"), /href="\/">To the start page/);
  assert.match(await page("https://gateway.example//evil.example/posts/abc"), /To the start page/);
});

Deno.test("a deadline that passed is 504, to be tried again", async () => {
  const response = await answer(new DOMException("Nothing came.", "TimeoutError"));
  assert.equal(response.status, 504);
  assert.ok(response.headers.has("Retry-After"));
  await response.body?.cancel();
});

Deno.test("a visitor who has left is no problem of the operator's", async () => {
  problems.length = 0;
  const signal = AbortSignal.abort();
  const request = new Request("https://gateway.example/x", { signal });
  assert.equal((await answerError(signal.reason, request)).status, 499);
  assert.deepEqual(problems, []);
});

Deno.test("an unexpected error is reported to the operator and says nothing of itself", async () => {
  problems.length = 0;
  const error = new Error("SQLITE_CORRUPT at /home/alice/db");
  for (const headers of [{}, { "Sec-Fetch-Dest": "document" }]) {
    const response = await answer(error, headers);
    assert.equal(response.status, 500);
    assert.doesNotMatch(await response.text(), /SQLITE|alice/);
  }
  assert.deepEqual(problems, [error, error]);
});
