import assert from "node:assert/strict";
import { describeError } from "../../gateway/print.ts";
import { OurSpaceError } from "../../schemas/errors.ts";

Deno.test("an error of ours is told with what to do and its causes, without a stack", () => {
  const inner = new Deno.errors.AddrInUse("Address already in use", { cause: "a program" });
  const error = new OurSpaceError("Nobody can listen.", { remedy: "Wait.", cause: inner });
  assert.equal(
    describeError(error),
    "Nobody can listen. Wait.\n  because: Address already in use\n  because: a program",
  );
});

Deno.test("a cause that the message tells already is not told again", () => {
  const inner = new OurSpaceError("There is no such file.", { cause: new Error("os error 2") });
  const error = new OurSpaceError("The list cannot be used. There is no such file.", {
    cause: inner,
  });
  assert.equal(
    describeError(error),
    "The list cannot be used. There is no such file.\n  because: os error 2",
  );
});

Deno.test("an error that nobody expected is told with its stack", () => {
  assert.match(describeError(new TypeError("What?")), /^TypeError: What\?\n +at .*print_test/s);
});
