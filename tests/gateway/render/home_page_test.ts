import assert from "node:assert/strict";
import { homePage } from "../../../gateway/render/home_page.ts";

const WELCOME = "/0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
const text = (welcomePath: string | null, origin = "https://gateway.example") =>
  new TextDecoder().decode(homePage({ origin, welcomePath }));

Deno.test("the welcome feed is linked by its path", () => {
  assert.match(text(WELCOME), new RegExp(`<a href="${WELCOME}">`));
});

Deno.test("a gateway without a welcome feed does not speak of one", () => {
  assert.doesNotMatch(text(null), /welcome/i);
});

Deno.test("the box for a name works without a script", () => {
  const page = text(null);
  assert.match(page, /<form [^>]*action="\/" method="get"/);
  assert.match(page, /<input [^>]*name="name"/);
  assert.doesNotMatch(page, /<script|<style|\sstyle=|\son[a-z]+=/i);
});

Deno.test("the gateway's own address stands in the example, escaped", () => {
  assert.match(text(null, "http://127.0.0.1:8000"), /http:\/\/127\.0\.0\.1:8000\/alice\.example/);
  assert.doesNotMatch(text(null, "https://<i>"), /<i>/);
});

Deno.test("every command names the version of Deno that the project needs", () => {
  const commands = [...text(WELCOME).matchAll(/npx -y deno@(\S+) task (\w+)/g)];
  assert.deepEqual(commands.map(([, , task]) => task).sort(), ["publish", "start"]);
  for (const [, version] of commands) assert.equal(version, "2.9.6");
});
