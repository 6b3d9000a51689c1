import assert from "node:assert/strict";
import { askSource } from "../../resolver/ask_source.ts";
import type { PointerSource } from "../../resolver/contracts.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import { createTestClock, settled } from "../support/clock.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { knowing, refusable, scriptedSource, type Step } from "../support/sources.ts";

const alice = makeSigner();
const older = await verifiedPointer(alice, { timestamp: "2026-01-01T00:00:00.000Z" });
const newer = await verifiedPointer(alice, { timestamp: "2026-02-01T00:00:00.000Z" });
const mallorys = await verifiedPointer(makeSigner());
const verifier = knowing(older, newer, mallorys);

function ask(script: readonly Step[]) {
  const clock = createTestClock();
  return { clock, ...askFor(scriptedSource(clock, script), clock) };
}

function askFor(source: PointerSource, clock = createTestClock()) {
  const visitor = new AbortController();
  let pointers = 0;
  const asked = askSource(source, alice.identity, {
    verifier,
    clock: clock.now,
    signal: visitor.signal,
    onPointer: () => pointers++,
  });
  return { asked, visitor, pointers: () => pointers };
}

/** A source whose iterator is the given one; what its types say it is, need not be true. */
function sourceOf(iterator: Partial<AsyncIterator<Uint8Array>>): PointerSource {
  const complete: AsyncIterator<Uint8Array> = {
    next: () => Promise.resolve({ done: true, value: undefined }),
    ...iterator,
  };
  return { id: "hostile", find: () => ({ [Symbol.asyncIterator]: () => complete }) };
}

Deno.test("the greatest of a source's verified candidates is its answer", async () => {
  const { asked, pointers } = ask([older, newer, older]);
  await asked.ended;
  const { greatest, state, refusals } = asked.answer();
  assert.equal(greatest, newer);
  assert.equal(state, "finished");
  assert.equal(refusals.size, 0);
  assert.equal(pointers(), 3);
});

Deno.test("a source that yields nothing has finished without a pointer", async () => {
  const { asked } = ask([]);
  await asked.ended;
  assert.equal(asked.answer().state, "finished");
  assert.equal(asked.answer().greatest, null);
});

Deno.test("garbage is refused for its reasons and does not hide the good pointer after it", async () => {
  const garbage = [refusable("malformed"), refusable("bad-signature"), refusable("malformed")];
  const { asked } = ask([...garbage, newer]);
  await asked.ended;
  assert.equal(asked.answer().greatest, newer);
  assert.deepEqual([...asked.answer().refusals], ["malformed", "bad-signature"]);
});

Deno.test("somebody else's pointer is refused", async () => {
  const { asked, pointers } = ask([mallorys]);
  await asked.ended;
  assert.deepEqual([...asked.answer().refusals], ["other-identity"]);
  assert.equal(asked.answer().greatest, null);
  assert.equal(pointers(), 0);
});

Deno.test("an endless source is cut off, and told so", async () => {
  let yielded = 0;
  let returned = false;
  const endless = sourceOf({
    next: () =>
      Promise.resolve({
        done: false,
        value: yielded++ === 0 ? newer.bytes : refusable("malformed"),
      }),
    return: () => Promise.resolve({ done: returned = true, value: undefined }),
  });
  const { asked } = askFor(endless);
  await asked.ended;
  assert.equal(yielded, 32);
  assert.equal(returned, true);
  assert.equal(asked.answer().greatest, newer);
});

Deno.test("what a source gave before it failed counts", async () => {
  const { asked } = ask([newer, new Error("the connection broke")]);
  await asked.ended;
  const { greatest, state, error } = asked.answer();
  assert.equal(greatest, newer);
  assert.equal(state, "failed");
  assert.match(String(error), /connection broke/);
});

Deno.test("a source that hangs ends with the signal, though it ignores it", async () => {
  const { asked, visitor, clock } = ask([newer, "hang"]);
  await clock.advance(70);
  const early = asked.answer();
  assert.equal(early.state, "asked");
  assert.equal(early.greatest, newer);
  assert.equal(early.milliseconds, 70);
  visitor.abort();
  await asked.ended;
  assert.equal(asked.answer().state, "late");
});

const throwing = () => {
  throw new Error("hostile");
};
const faults: Record<string, PointerSource> = {
  "find throws at once": { id: "hostile", find: throwing },
  "next throws at once": sourceOf({ next: throwing }),
  "next rejects": sourceOf({ next: () => Promise.reject(new Error("hostile")) }),
};
for (const [fault, source] of Object.entries(faults)) {
  Deno.test(`a source whose ${fault} has failed, and nothing else happens`, async () => {
    const { asked } = askFor(source);
    await asked.ended;
    assert.equal(asked.answer().state, "failed");
    assert.match(String(asked.answer().error), /hostile/);
  });
}

const endings: Record<string, Partial<AsyncIterator<Uint8Array>>> = {
  "throws at once": { return: throwing },
  "rejects": { return: () => Promise.reject(new Error("hostile")) },
  "never settles": { return: () => new Promise(() => {}) },
};
for (const [ending, iterator] of Object.entries(endings)) {
  Deno.test(`a source whose way to stop ${ending} holds up nobody`, async () => {
    let left: VerifiedPointer | null = newer;
    const next = () => {
      const pointer = left;
      left = null;
      return Promise.resolve(
        pointer === null
          ? { done: true as const, value: undefined }
          : { done: false, value: pointer.bytes },
      );
    };
    const { asked } = askFor(sourceOf({ next, ...iterator }));
    await asked.ended;
    assert.equal(asked.answer().greatest, newer);
    await settled();
  });
}
