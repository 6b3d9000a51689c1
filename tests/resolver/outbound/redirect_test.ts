import assert from "node:assert/strict";
import { OutboundError } from "../../../resolver/errors.ts";
import { harmlessHeaders, redirectTarget, webUrl } from "../../../resolver/outbound/redirect.ts";

const from = new URL("https://a.example/feeds/old.xml?x=1");
const target = (status: number, location: string) =>
  redirectTarget(status, new Headers({ location }), from)?.href ?? null;
const refused = (error: unknown) => error instanceof OutboundError && error.reason === "refused";

Deno.test("a redirect's place is read relative to where it was met, without its fragment", () => {
  assert.equal(target(301, "new.xml#top"), "https://a.example/feeds/new.xml");
  assert.equal(target(302, "/new.xml"), "https://a.example/new.xml");
  assert.equal(target(308, "//b.example:8443/"), "https://b.example:8443/");
});

Deno.test("statuses that are no redirects, and redirects without a place, are answers", () => {
  for (const status of [200, 300, 304, 404]) assert.equal(target(status, "/new.xml"), null);
  assert.equal(redirectTarget(302, new Headers(), from), null);
});

Deno.test("a redirect from https to http is refused", () => {
  assert.throws(() => target(301, "http://a.example/"), refused);
});

Deno.test("a redirect to something that is not the web is refused", () => {
  for (
    const place of ["file:///etc/passwd", "gopher://a.example", "data:,x", "https://[", "ftp:"]
  ) {
    assert.throws(() => target(301, place), refused, place);
  }
});

Deno.test("a request starts at a web address only", () => {
  assert.equal(webUrl("http://a.example").href, "http://a.example/");
  for (const text of ["", "a.example", "/feed.xml", "blob:https://a.example/1"]) {
    assert.throws(() => webUrl(text), refused, text);
  }
});

Deno.test("another origin sees only harmless headers", () => {
  const headers = new Headers({
    accept: "text/xml",
    authorization: "Bearer secret",
    cookie: "a=b",
    "x-token": "secret",
  });
  assert.deepEqual([...harmlessHeaders(headers)], [["accept", "text/xml"]]);
});
