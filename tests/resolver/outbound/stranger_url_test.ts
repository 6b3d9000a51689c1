import assert from "node:assert/strict";
import { OutboundError } from "../../../resolver/errors.ts";
import { checkStrangerUrl } from "../../../resolver/outbound/stranger_url.ts";

Deno.test("ports 443 and from 1024 up are allowed, and 80 for http", () => {
  const urls =
    "https://a.example https://a.example:1024 https://a.example:65535 http://a.example " +
    "http://a.example:443 http://a.example:8080";
  for (const url of urls.split(" ")) checkStrangerUrl(new URL(url));
});

Deno.test("other ports, user names, onion services and a last dot are refused", () => {
  const urls = [
    ..."https://a.example:80 http://a.example:22 http://a.example:1023 http://a.example:0".split(
      " ",
    ),
    ..."https://me@a.example https://:word@a.example https://a.example. http://a.onion".split(" "),
  ];
  for (const url of urls) {
    assert.throws(
      () => checkStrangerUrl(new URL(url)),
      (error) => error instanceof OutboundError && error.reason === "refused",
      url,
    );
  }
});
