import assert from "node:assert/strict";
import { carve } from "../../../resolver/node/carve.ts";
import { POINTER_MAX_BYTES } from "../../../schemas/pointer.ts";
import { madePointer } from "../../support/made_pointers.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const PIECE = 1024 * 1024;

async function carved(bytes: Uint8Array): Promise<Uint8Array[]> {
  await using folder = await temporaryFolder();
  await Deno.writeFile(`${folder.path}/file`, bytes);
  return await Array.fromAsync(carve(`${folder.path}/file`));
}

Deno.test("a wire form is found wherever it lies, across the borders of what is read at once too", async () => {
  const { bytes } = madePointer(1);
  for (const border of [0, PIECE, PIECE + POINTER_MAX_BYTES, 2 * PIECE, 3 * PIECE - 500]) {
    for (const shift of [-bytes.length, -bytes.length / 2, -1, 0, 1]) {
      const file = new Uint8Array(3 * PIECE).fill(0x22);
      const at = Math.max(0, Math.floor(border + shift));
      file.set(bytes, at);
      const found = await carved(file);
      assert.equal(found.length, 1, `at ${at}`);
      assert.deepEqual(found[0], bytes);
    }
  }
});

Deno.test("two that follow each other are two, and a beginning without an end is none", async () => {
  const [one, two] = [madePointer(1).bytes, madePointer(2).bytes];
  assert.deepEqual(await carved(new Uint8Array([...one, ...two])), [one, two]);
  assert.deepEqual(await carved(one.subarray(0, -1)), []);
  const far = new Uint8Array(3 * POINTER_MAX_BYTES);
  far.set(one.subarray(0, -2));
  far.set(two, 2 * POINTER_MAX_BYTES);
  assert.deepEqual(await carved(far), [two]);
  assert.deepEqual(await carved(new Uint8Array(0)), []);
});

Deno.test("beginnings in every place, none with an end, are nothing", async () => {
  const beginning = new TextEncoder().encode('{"version":1,"address":"0x');
  const file = new Uint8Array(beginning.length * 40_000);
  for (let at = 0; at < file.length; at += beginning.length) file.set(beginning, at);
  assert.deepEqual(await carved(file), []);
});
