import { encode } from "uqr";

/** Modules of white around the code; readers need four (ISO/IEC 18004, section 6.3.8). */
const QUIET_ZONE = 4;
/** Version 40 with correction level M holds this many bytes (ISO/IEC 18004, table 7). */
const MAX_BYTES = 2331;

/**
 * A QR code as an SVG picture, black on white whatever the page's colours are, one unit a module.
 * Throws RangeError for a text of more than 2,331 bytes.
 */
export function qrSvg(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text).byteLength;
  if (bytes > MAX_BYTES) {
    throw new RangeError(`A QR code holds ${MAX_BYTES} bytes, not ${bytes}`);
  }
  const { data, size } = encode(text, { ecc: "M", border: QUIET_ZONE });
  const rows = data.map((row, y) =>
    horizontalRuns(row).map(([x, length]) => `M${x} ${y}h${length}`)
  );
  return new TextEncoder().encode(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}">` +
      `<path fill="#fff" d="M0 0h${size}v${size}H0z"/>` +
      `<path stroke="#000" shape-rendering="crispEdges" transform="translate(0 .5)" ` +
      `d="${rows.flat().join("")}"/></svg>\n`,
  );
}

/** Where black modules stand side by side: start and length. */
function horizontalRuns(row: readonly boolean[]): [x: number, length: number][] {
  const runs: [number, number][] = [];
  row.forEach((black, x) => {
    const last = runs.at(-1);
    if (!black) return;
    if (last !== undefined && last[0] + last[1] === x) last[1]++;
    else runs.push([x, 1]);
  });
  return runs;
}
