import assert from "node:assert/strict";
import { listen } from "../../gateway/listen.ts";
import { OurSpaceError } from "../../schemas/errors.ts";

const hello = () => new Response("hello");

Deno.test("a port that is taken is an error with a way out", async () => {
  await using first = listen({ hostname: "127.0.0.1", port: 0 }, hello);
  const { port } = first.addr;
  assert.throws(() => listen({ hostname: "127.0.0.1", port }, hello), (error: unknown) => {
    assert.ok(error instanceof OurSpaceError);
    assert.match(error.message, new RegExp(`Another program.*port ${port}`));
    assert.match(error.remedy, /PORT/);
    return true;
  });
});

Deno.test("an address of another machine is an error that names the setting", () => {
  // RFC 5737: nobody's.
  assert.throws(() => listen({ hostname: "192.0.2.1", port: 0 }, hello), (error: unknown) => {
    assert.ok(error instanceof OurSpaceError);
    assert.match(error.remedy, /HOST/);
    return true;
  });
});
