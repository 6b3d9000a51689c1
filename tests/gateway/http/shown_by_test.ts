import assert from "node:assert/strict";
import { shownBy } from "../../../gateway/http/shown_by.ts";
import type { Site } from "../../../gateway/http/site.ts";
import { parseName } from "../../../schemas/name.ts";

const OWN: Site = { kind: "own", origin: "https://gateway.example", onionLocation: null };
const DOMAIN: Site = {
  kind: "domain",
  onionLocation: null,
  origin: "https://alice.example",
  name: parseName("alice.example"),
};

function shown(site: Site, url: string, referrer?: string): string | null {
  const headers: Record<string, string> = referrer === undefined ? {} : { Referer: referrer };
  return shownBy(new Request(url, { headers }), site)?.text ?? null;
}

Deno.test("on the gateway's own host the page's address begins with the name", () => {
  const url = "https://gateway.example/ipfs/x";
  assert.equal(shown(OWN, url, "https://gateway.example/bob.example"), "bob.example");
  assert.equal(shown(OWN, url, "https://gateway.example/bob.example/posts/x?y"), "bob.example");
  assert.equal(
    shown(OWN, url, "https://gateway.example/b%C3%BCcher.example"),
    "xn--bcher-kva.example",
  );
});

Deno.test("at a custom domain every page is the domain's", () => {
  assert.equal(
    shown(DOMAIN, "https://alice.example/ipfs/x", "https://alice.example/posts/x"),
    "alice.example",
  );
});

Deno.test("other hosts' pages, none, and what is no name say nothing", () => {
  const url = "https://gateway.example/ipfs/x";
  for (
    const referrer of [
      undefined,
      "",
      "nonsense",
      "https://other.example/bob.example",
      "https://gateway.example/",
      "https://gateway.example/localhost",
      "https://gateway.example/%ff",
    ]
  ) {
    assert.equal(shown(OWN, url, referrer), null);
  }
});
