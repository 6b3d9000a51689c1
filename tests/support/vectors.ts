import type { RefusalReason } from "../../resolver/errors.ts";

/** A case of tests/vectors/pointers/index.json; pointer.md, "Test vectors", says what the keys mean. */
export interface Vector {
  readonly file: string;
  readonly about: string;
  readonly outcome: "verified" | RefusalReason;
  readonly schema: "accepts" | "refuses" | "not JSON";
  readonly expected?: string;
  readonly identity?: string;
  readonly text?: string;
  readonly withdrawn?: true;
}

const folder = new URL("../vectors/pointers/", import.meta.url);

const index: { clock: string; vectors: readonly Vector[] } = JSON.parse(
  await Deno.readTextFile(new URL("index.json", folder)),
);

/** The verifier's clock in all cases, milliseconds since 1970. */
export const vectorClock: number = Date.parse(index.clock);

export const vectors: readonly Vector[] = index.vectors;

/** The record, byte for byte. */
export function vectorBytes(vector: Vector): Promise<Uint8Array<ArrayBuffer>> {
  return Deno.readFile(new URL(vector.file, folder));
}

/** The files that are there, in the form of `Vector.file`. */
export function vectorFiles(): string[] {
  return ["valid", "invalid"].flatMap((kind) =>
    [...Deno.readDirSync(new URL(kind, folder))].map((entry) => `${kind}/${entry.name}`)
  );
}
