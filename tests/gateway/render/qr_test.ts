import assert from "node:assert/strict";
import { encode } from "uqr";
import { qrSvg } from "../../../gateway/render/qr.ts";

const URI = "ethereum:0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
const draw = (text: string) => new TextDecoder().decode(qrSvg(text));

/** Paints the picture's path back onto a grid. */
function modulesOf(svg: string): { size: number; black: Set<string> } {
  const size = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]);
  const black = new Set<string>();
  for (const [, x = "", y = "", length = ""] of svg.matchAll(/M(\d+) (\d+)h(\d+)(?=M|")/g)) {
    for (let i = 0; i < Number(length); i++) black.add(`${Number(x) + i},${y}`);
  }
  return { size, black };
}

Deno.test("the picture has exactly the modules of the code", () => {
  const { data, size } = encode(URI, { ecc: "M", border: 4 });
  const drawn = modulesOf(draw(URI));
  assert.equal(drawn.size, size);
  const expected = data.flatMap((row, y) => row.flatMap((black, x) => black ? [`${x},${y}`] : []));
  assert.deepEqual([...drawn.black].sort(), expected.sort());
});

Deno.test("four modules around the code are white, as readers need", () => {
  const { size, black } = modulesOf(draw(URI));
  for (const module of black) {
    for (const place of module.split(",").map(Number)) assert.ok(place >= 4 && place < size - 4);
  }
});

Deno.test("the picture is small and the same each time", () => {
  assert.equal(draw(URI), draw(URI));
  assert.ok(qrSvg(URI).byteLength < 6_000);
});

Deno.test("the longest text fits, and one byte more is refused", () => {
  qrSvg("é".repeat(1165) + "a");
  assert.throws(() => qrSvg("é".repeat(1166)), RangeError);
});
