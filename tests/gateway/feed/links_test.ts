import assert from "node:assert/strict";
import fc from "fast-check";
import { baseOf, targetOf } from "../../../gateway/feed/links.ts";

const CID = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";
const V0 = "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPbdG";
const IN_FOLDER = baseOf([], { inFolder: true, homePage: "https://alice.example/" });
const HOME = baseOf([], { inFolder: false, homePage: "https://alice.example/blog/" });

const url = (url: string) => ({ kind: "url", url });
const file = (path: string, fragment = "") => ({ kind: "file", path, fragment });
const nowhere = { kind: "nowhere" };

Deno.test("absolute links are kept when their scheme does no harm", () => {
  for (
    const href of [
      "https://x.example/a?b=c#d",
      "http://x.example/",
      "mailto:a@x.example",
      "tel:+431234",
      "xmpp:a@x.example",
      "magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a",
      "ethereum:0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045",
    ]
  ) assert.deepEqual(targetOf(href, null, "link"), url(href));
});

Deno.test("pages load media over HTTP or from this gateway, and by nothing else", () => {
  assert.deepEqual(targetOf("https://x.example/a.png", null, "media").kind, "url");
  for (
    const href of ["data:image/png;base64,AA==", "magnet:?xt=urn:btih:aa", "blob:x", "mailto:a"]
  ) {
    assert.deepEqual(targetOf(href, null, "media"), nowhere);
  }
});

Deno.test("links that run something, however written, lead nowhere", () => {
  const links = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " \u0001javascript:alert(1)",
    "java\nscript:alert(1)",
    "java\tscript:alert(1)",
    "vbscript:x",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "view-source:https://x.example",
    "about:blank",
    "chrome://settings",
    "intent://x#Intent;end",
    "filesystem:https://x.example/a",
    "ipns://x.example",
  ];
  for (const base of [null, HOME, IN_FOLDER]) {
    for (const href of links) assert.deepEqual(targetOf(href, base, "link"), nowhere, href);
  }
});

Deno.test("IPFS links in every form lead to this gateway", () => {
  const forms: [string, string][] = [
    [`ipfs://${CID}`, `/ipfs/${CID}`],
    [`ipfs://${CID}/`, `/ipfs/${CID}`],
    [`IPFS://${CID}/a b.png?x=1#f`, `/ipfs/${CID}/a%20b.png#f`],
    [`ipfs://ipfs/${CID}/a`, `/ipfs/${CID}/a`],
    [`ipfs:${CID}/a`, `/ipfs/${CID}/a`],
    [`dweb:/ipfs/${CID}/a/../b`, `/ipfs/${CID}/b`],
    [`/ipfs/${CID}/a`, `/ipfs/${CID}/a`],
    [`ipfs://${V0}/a`, "/ipfs/bafybeie5nqv6kd3qnfjupgvz34woh3oksc3iau6abmyajn7qvtf47mvof4/a"],
    [`ipfs://${CID}//evil.example/a`, `/ipfs/${CID}/a`],
  ];
  for (const [href, path] of forms) {
    for (const base of [null, HOME, IN_FOLDER]) {
      assert.deepEqual(targetOf(href, base, "media"), url(path), href);
    }
  }
});

Deno.test("what only looks like IPFS is something else, or nothing", () => {
  assert.deepEqual(targetOf("ipfs://not-a-cid/x", HOME, "link"), nowhere);
  // A dag-cbor node is no file.
  const cbor = "bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";
  assert.deepEqual(targetOf(`ipfs://${cbor}`, null, "link"), nowhere);
  assert.deepEqual(targetOf("/ipfs/readme.txt", IN_FOLDER, "link"), file("ipfs/readme.txt"));
  const gateway = `https://gateway.example/ipfs/${CID}`;
  assert.deepEqual(targetOf(gateway, IN_FOLDER, "link"), url(gateway));
});

Deno.test("in a folder, relative links are paths in it", () => {
  assert.deepEqual(targetOf("a.png", IN_FOLDER, "media"), file("a.png"));
  assert.deepEqual(
    targetOf("./a/../b/c%20d.png?v=2#t=1", IN_FOLDER, "media"),
    file("b/c d.png", "#t=1"),
  );
  assert.deepEqual(targetOf("/img/a.png", IN_FOLDER, "media"), file("img/a.png"));
  assert.deepEqual(targetOf("img\\a.png", IN_FOLDER, "media"), file("img/a.png"));
  assert.deepEqual(targetOf("žluť.png", IN_FOLDER, "media"), file("žluť.png"));
  for (const href of ["../a.png", "a/../../b", "%2e%2e/a", "..\\a", "/", ".", "", "#x", "%ff"]) {
    assert.deepEqual(targetOf(href, IN_FOLDER, "link"), nowhere, href);
  }
});

Deno.test("in a single file, relative links mean the home page that the feed names", () => {
  assert.deepEqual(targetOf("a", HOME, "link"), url("https://alice.example/blog/a"));
  assert.deepEqual(targetOf("/a", HOME, "link"), url("https://alice.example/a"));
  assert.deepEqual(targetOf("//b.example/a", HOME, "link"), url("https://b.example/a"));
  assert.deepEqual(targetOf("//b.example/a", null, "link"), url("https://b.example/a"));
  assert.deepEqual(targetOf("a", null, "link"), nowhere);
  for (const homePage of ["javascript:alert(1)", "ftp://a.example/", "home"]) {
    const base = baseOf([], { inFolder: false, homePage });
    assert.deepEqual(targetOf("a", base, "link"), nowhere);
  }
});

Deno.test("the innermost xml:base counts, relative to the outer ones", () => {
  const bases = ["https://b.example/x/", "y/", "../z/"];
  for (const inFolder of [true, false]) {
    const base = baseOf(bases, { inFolder, homePage: undefined });
    assert.deepEqual(targetOf("a", base, "link"), url("https://b.example/x/z/a"));
  }
  const sub = baseOf(["posts/", "1/"], { inFolder: true, homePage: undefined });
  assert.deepEqual(targetOf("a.png", sub, "media"), file("posts/1/a.png"));
  assert.deepEqual(targetOf("../a.png", sub, "media"), file("posts/a.png"));
  assert.deepEqual(targetOf("/a.png", sub, "media"), file("a.png"));
});

Deno.test("links too long for any purpose lead nowhere", () => {
  assert.deepEqual(targetOf(`https://x.example/${"a".repeat(5_000)}`, null, "link"), nowhere);
});

Deno.test("whatever is written, a link leads to a harmless place", () => {
  const harmless = /^(?:(?:https?|mailto|tel|xmpp|magnet|ethereum):|\/ipfs\/[a-z0-9]+(?:[/#]|$))/;
  const bases = fc.constantFrom(null, HOME, IN_FOLDER);
  fc.assert(fc.property(fc.oneof(fc.string(), fc.webUrl()), bases, (href, base) => {
    const target = targetOf(href, base, "link");
    if (target.kind === "url") assert.match(target.url, harmless);
    if (target.kind === "file") assert.doesNotMatch(`/${target.path}/`, /\/\.\.?\//);
  }));
});
