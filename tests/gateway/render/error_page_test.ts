import assert from "node:assert/strict";
import { errorPage, type ErrorPageContent } from "../../../gateway/render/error_page.ts";

const ADDRESS = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
const text = (content: Partial<ErrorPageContent>) =>
  new TextDecoder().decode(
    errorPage({
      status: 404,
      title: "Nothing found",
      detail: "",
      remedy: "",
      roads: [],
      ...content,
    }),
  );

Deno.test("the page says the status, what happened and what to do", () => {
  const page = text({ detail: "Nobody knows this name.", remedy: "Check the spelling." });
  for (
    const part of ["Error 404", "<h1>Nothing found</h1>", "Nobody knows", "Check the spelling"]
  ) {
    assert.ok(page.includes(part), part);
  }
});

Deno.test("what the visitor typed is shown as text", () => {
  const page = text({ detail: '"<script>alert(1)</script>" is no name', title: "<i>" });
  assert.doesNotMatch(page, /<script|<i>/);
  assert.match(page, /&lt;script&gt;/);
});

Deno.test("the right spelling of an address is a link", () => {
  const page = text({ status: 400, remedy: `Did you mean ${ADDRESS}?` });
  assert.match(page, new RegExp(`Did you mean <a [^>]*href="/${ADDRESS}">${ADDRESS}</a>\\?`));
});

Deno.test("a contract account's link keeps its chain", () => {
  assert.match(
    text({ remedy: `Try eip155:10:${ADDRESS}.` }),
    new RegExp(`href="/eip155:10:${ADDRESS}"`),
  );
});

Deno.test("a hash that only starts like an address is no link", () => {
  assert.doesNotMatch(text({ remedy: `See ${ADDRESS}00.` }), /href="\/0x/);
});

Deno.test("an address that the visitor typed is not made a link", () => {
  assert.doesNotMatch(text({ detail: `${ADDRESS} has a wrong checksum.` }), /href="\/0x/);
});

Deno.test("the roads to the content are told one by one, in words", () => {
  const page = text({
    status: 504,
    roads: [
      { road: "https://peer.example", outcome: "forged", reason: "wrong <hash>" },
      { road: "local store", outcome: "none", reason: "It is not there." },
    ],
  });
  assert.match(page, /<strong>https:\/\/peer\.example<\/strong> sent something else/);
  assert.match(page, /wrong &lt;hash&gt;/);
  assert.match(page, /<strong>local store<\/strong> does not have it/);
  assert.doesNotMatch(page, /not there/, "the same in other words");
});

Deno.test("without roads and remedy nothing empty is shown", () => {
  assert.doesNotMatch(text({}), /<ul>|<p><\/p>|looked for/);
});

Deno.test("a way to the start page is offered to those who are not there", () => {
  assert.match(text({}), /To the start page/);
  assert.doesNotMatch(text({ atStart: true }), /To the start page/);
});
