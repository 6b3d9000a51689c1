import assert from "node:assert/strict";
import { readHidden } from "../../../../gateway/commands/publish/terminal.ts";

/** A keyboard that gives these bytes, a few at a time. */
function keyboard(text: string, atOnce = 1) {
  let bytes = new TextEncoder().encode(text);
  return {
    read(buffer: Uint8Array): Promise<number | null> {
      const piece = bytes.subarray(0, atOnce);
      buffer.set(piece);
      bytes = bytes.subarray(atOnce);
      return Promise.resolve(piece.length === 0 ? null : piece.length);
    },
  };
}

Deno.test("a hidden answer ends at Enter; backspace takes whole characters back", async () => {
  assert.equal(await readHidden(keyboard("secret\rrest")), "secret");
  assert.equal(await readHidden(keyboard("größe€\x7f\x7fe\n")), "größe");
  assert.equal(await readHidden(keyboard("\x7f\x7fa\r", 10)), "a");
  assert.equal(await readHidden(keyboard("pipe")), "pipe");
});

Deno.test("Ctrl-C at a hidden question stops", async () => {
  await assert.rejects(readHidden(keyboard("sec\x03")), { message: /Stopped/ });
});
