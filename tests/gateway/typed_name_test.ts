import assert from "node:assert/strict";
import { typedName } from "../../gateway/typed_name.ts";

const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
const HERE = "https://gateway.example";

Deno.test("a name is taken as people paste it", () => {
  const cases = {
    [` ${ALICE.toLowerCase()} `]: ALICE,
    [`ETHEREUM:${ALICE}`]: ALICE,
    "@alice.example": "alice.example",
    "HTTPS://Alice.Example/": "alice.example",
    "http://bücher.example": "xn--bcher-kva.example",
  };
  for (const [typed, name] of Object.entries(cases)) {
    assert.equal(typedName(typed, HERE).text, name, typed);
  }
});

Deno.test("the link to a page, a post or a feed stands for whose it is", () => {
  const cases = {
    [`http://127.0.0.1:8000/${ALICE}`]: ALICE,
    [`https://other.example/${ALICE.toLowerCase()}/feed.xml`]: ALICE,
    [`https://other.example/${ALICE}/posts/nodle477gt6odhllqbhp6wr7k4#top`]: ALICE,
    [`https://other.example/eip155%3A1%3A${ALICE}`]: `eip155:1:${ALICE}`,
    [`${HERE}/alice.example`]: "alice.example",
    [`${HERE}/Alice.Example/atom.xml?x`]: "alice.example",
  };
  for (const [typed, name] of Object.entries(cases)) {
    assert.equal(typedName(typed, HERE).text, name, typed);
  }
});

Deno.test("another website's page is nobody's name: what its host publishes is not guessed", () => {
  for (
    const typed of ["https://blog.example/alice.example", "https://blog.example/%", "", "https://"]
  ) {
    assert.throws(() => typedName(typed, HERE), { name: "MalformedNameError" }, typed);
  }
});
