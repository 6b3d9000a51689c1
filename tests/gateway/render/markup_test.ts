import assert from "node:assert/strict";
import { html } from "../../../gateway/render/markup.ts";

Deno.test("text is escaped in text and in attributes", () => {
  const text = `<b> & "double" & 'single'`;
  assert.equal(
    html`<p title="${text}">${text}</p>`.text,
    '<p title="&lt;b&gt; &amp; &quot;double&quot; &amp; &#39;single&#39;">' +
      "&lt;b&gt; &amp; &quot;double&quot; &amp; &#39;single&#39;</p>",
  );
});

Deno.test("markup, lists and numbers stand as they are, absent values vanish", () => {
  const items = ["a", "<"].map((item) => html`<li>${item}</li>`);
  assert.equal(
    html`<ul>${items}</ul>${null}${undefined}${7}`.text,
    "<ul><li>a</li><li>&lt;</li></ul>7",
  );
});

Deno.test("a backslash in a template stays one", () => {
  assert.equal(html`<p>\n${"\\"}</p>`.text, "<p>\n\\</p>");
});
