import assert from "node:assert/strict";
import fc from "fast-check";
import { PointerRefusedError, type RefusalReason } from "../../resolver/errors.ts";
import { createVerifier } from "../../resolver/verify.ts";
import { parseIdentity } from "../../schemas/identity.ts";
import { CLOCK_TOLERANCE_MILLISECONDS, pointerText } from "../../schemas/pointer.ts";
import { loadedByImport, readSource, sourceFiles } from "../support/modules.ts";
import { makeSigner, signPointer } from "../support/pointers.ts";
import { type Vector, vectorBytes, vectorClock, vectors } from "../support/vectors.ts";

const alice = makeSigner();
const now = Date.parse("2026-11-20T09:00:00.000Z");

function refused(reason: RefusalReason): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof PointerRefusedError, String(error));
    assert.equal(error.reason, reason);
    return true;
  };
}

function vectorNamed(file: string): Vector {
  const vector = vectors.find((vector) => vector.file === file);
  assert.ok(vector, file);
  return vector;
}

Deno.test("each vector is verified or refused for the reason that its index names", async (t) => {
  const verifier = createVerifier({ clock: () => vectorClock });
  for (const vector of vectors) {
    await t.step(`${vector.outcome}: ${vector.file}`, async () => {
      const { expected, outcome } = vector;
      const identity = expected === undefined ? undefined : parseIdentity(expected);
      const verifying = verifier.verify(await vectorBytes(vector), identity);
      if (outcome === "verified") await verifying;
      else await assert.rejects(verifying, refused(outcome));
    });
  }
});

Deno.test("a verified pointer carries its fields, its signed text and its exact bytes", async () => {
  const bytes = await signPointer(alice, { locations: ["https://alice.example/feed.xml"] });
  const pointer = await createVerifier({ clock: () => now }).verify(bytes, alice.identity);
  assert.deepEqual(pointer.identity, alice.identity);
  assert.deepEqual(pointer.locations, ["https://alice.example/feed.xml"]);
  assert.equal(pointer.text, pointerText(pointer));
  assert.deepEqual(pointer.bytes, bytes);
});

Deno.test("the bytes that were verified stay when the caller's buffer changes", async () => {
  const bytes = await signPointer(alice);
  const original = bytes.slice();
  const verifying = createVerifier({ clock: () => now }).verify(bytes);
  bytes.fill(0);
  assert.deepEqual((await verifying).bytes, original);
});

Deno.test("a pointer of another identity than the one asked for is refused", async () => {
  const verifier = createVerifier({ clock: () => now });
  const bytes = await signPointer(alice);
  await verifier.verify(bytes);
  await assert.rejects(verifier.verify(bytes, makeSigner().identity), refused("other-identity"));
  const { address } = alice.identity;
  const account = { kind: "contract", chainId: 1, address } as const;
  await assert.rejects(verifier.verify(bytes, account), refused("other-identity"));
});

Deno.test("a pointer may be 5 minutes ahead of the clock and not a millisecond more", async () => {
  const clock = { now };
  const verifier = createVerifier({ clock: () => clock.now });
  const time = now + CLOCK_TOLERANCE_MILLISECONDS;
  const bytes = await signPointer(alice, { timestamp: new Date(time).toISOString() });
  clock.now = now - 1;
  await assert.rejects(verifier.verify(bytes), refused("not-valid-yet"));
  clock.now = now;
  await verifier.verify(bytes);
  // A clock that was set back: what was verified before is judged by the time that it is now.
  clock.now = now - 1;
  await assert.rejects(verifier.verify(bytes), refused("not-valid-yet"));
});

Deno.test("a refusal is given again when the same record comes again", async () => {
  const verifier = createVerifier({ clock: () => now });
  const vector = vectorNamed("invalid/signature-other-key.json");
  for (let round = 0; round < 3; round++) {
    await assert.rejects(verifier.verify(await vectorBytes(vector)), refused("bad-signature"));
  }
});

Deno.test("another signature over a text that was verified is checked by itself", async () => {
  const verifier = createVerifier({ clock: () => now });
  await verifier.verify(await vectorBytes(vectorNamed("valid/wallet.json")));
  const forged = await vectorBytes(vectorNamed("invalid/signature-v-swapped.json"));
  await assert.rejects(verifier.verify(forged), refused("bad-signature"));
  await verifier.verify(await vectorBytes(vectorNamed("valid/wallet.json")));
});

Deno.test("concurrent verifications of good and bad records do not mix", async () => {
  const verifier = createVerifier({ clock: () => vectorClock, memoSize: 2 });
  const wallets = vectors.filter(({ outcome }) =>
    outcome === "verified" || outcome === "bad-signature"
  );
  const outcomes = await Promise.all([...wallets, ...wallets.toReversed()].map(async (vector) => {
    const bytes = await vectorBytes(vector);
    return await verifier.verify(bytes).then(() => "verified", (error) => error.reason);
  }));
  assert.deepEqual(
    outcomes,
    [...wallets, ...wallets.toReversed()].map((vector) => vector.outcome),
  );
});

Deno.test("a record with any byte changed is refused", async () => {
  const verifier = createVerifier({ clock: () => now });
  const bytes = await signPointer(alice, { locations: ["https://alice.example/a?b=%C3%A9"] });
  const place = fc.nat({ max: bytes.length - 1 });
  const difference = fc.integer({ min: 1, max: 255 });
  await fc.assert(
    fc.asyncProperty(place, difference, async (place, difference) => {
      const changed = bytes.slice();
      changed[place] = (changed[place] ?? 0) ^ difference;
      await assert.rejects(verifier.verify(changed), PointerRefusedError);
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("a contract account's pointer is neither valid nor forged here, even with its owner's signature", async () => {
  const verifier = createVerifier({ clock: () => vectorClock });
  const bytes = await vectorBytes(vectorNamed("valid/contract-chain-1.json"));
  await assert.rejects(verifier.verify(bytes), refused("not-verifiable-here"));
});

Deno.test("importing the verifier loads @noble/hashes and not viem", async () => {
  const packages = [...await loadedByImport("resolver/verify.ts")].filter((s) =>
    s.startsWith("npm:")
  );
  assert.notEqual(packages.length, 0);
  for (const name of packages) assert.match(name, /@noble.hashes/);
});

Deno.test("nothing but resolver/verify.ts, and one fixture, makes a VerifiedPointer", async () => {
  const cast = /\bas\s+(?:readonly\s+)?VerifiedPointer\b|(?<![\w.])<\s*VerifiedPointer\s*>/;
  const makers: string[] = [];
  for (const folder of ["gateway/", "resolver/", "schemas/", "tests/"]) {
    for await (const path of sourceFiles(folder)) {
      if (cast.test(await readSource(path))) makers.push(path);
    }
  }
  assert.deepEqual(makers, ["resolver/verify.ts", "tests/support/made_pointers.ts"]);
});
