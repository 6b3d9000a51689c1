import assert from "node:assert/strict";
import fc from "fast-check";
import { base32 } from "multiformats/bases/base32";
import { CID } from "multiformats/cid";
import { create } from "multiformats/hashes/digest";
import { isContentCid, WITHDRAWN_CID } from "../../schemas/cid.ts";

const RAW = 0x55;
const DAG_PB = 0x70;
const SHA2_256 = 0x12;

Deno.test("the CIDs that multiformats writes for raw and dag-pb with sha2-256 are content CIDs", () => {
  const digest = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(fc.property(fc.constantFrom(RAW, DAG_PB), digest, (codec, digest) => {
    assert.ok(isContentCid(CID.createV1(codec, create(SHA2_256, digest)).toString()));
  }));
});

Deno.test("other codecs, hashes and digest lengths are no content CIDs", () => {
  const codec = fc.constantFrom(RAW, DAG_PB, 0x00, 0x51, 0x71, 0x72, 0x0129);
  const hash = fc.constantFrom(SHA2_256, 0x00, 0x11, 0x13, 0x16, 0x1b, 0xb220);
  const digest = fc.uint8Array({ minLength: 0, maxLength: 64 });
  fc.assert(fc.property(codec, hash, digest, (codec, hash, digest) => {
    const content = (codec === RAW || codec === DAG_PB) && hash === SHA2_256 &&
      digest.length === 32;
    assert.equal(isContentCid(CID.createV1(codec, create(hash, digest)).toString()), content);
  }));
});

Deno.test("a text with one character changed is another CID or none, never another text of the same", () => {
  const place = fc.nat({ max: WITHDRAWN_CID.length - 1 });
  const character = fc.constantFrom(..."abcxyz234567ABC019=-");
  fc.assert(
    fc.property(place, character, (place, character) => {
      const text = WITHDRAWN_CID.slice(0, place) + character + WITHDRAWN_CID.slice(place + 1);
      if (isContentCid(text)) assert.equal(CID.parse(text, base32).toString(), text);
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("the CID that says withdrawn is the raw CID of no bytes", async () => {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array()));
  assert.equal(CID.createV1(RAW, create(SHA2_256, digest)).toString(), WITHDRAWN_CID);
});
