import type { CID } from "multiformats/cid";
import type { Call } from "../contracts.ts";
import type { Dag, DagBlock } from "./dag_builder.ts";

/** What is in memory, and sent in one request: a lost connection costs at most this much again. */
const BATCH_BYTES = 8 * 1024 * 1024;

/** Some blocks of a DAG as a CAR file (CARv1); the last one names the DAG's root in its header. */
export interface CarBatch {
  readonly car: Uint8Array<ArrayBuffer>;
  /** Bytes of its blocks. */
  readonly byteCount: number;
  /** It holds the root, and all other blocks came before. */
  readonly last: boolean;
}

/** A DAG of any size as CAR files of about 8 MiB. Throws like `Dag.blocks`. */
export async function* carBatches(dag: Dag, call: Call): AsyncGenerator<CarBatch> {
  let batch: DagBlock[] = [];
  let byteCount = 0;
  let seen = 0;
  for await (const block of dag.blocks(call)) {
    batch.push(block);
    byteCount += block.bytes.byteLength;
    seen += 1;
    const last = seen === dag.blockCount;
    if (!last && byteCount < BATCH_BYTES) continue;
    yield { car: await encode(last ? [dag.root] : [], batch), byteCount, last };
    batch = [];
    byteCount = 0;
  }
}

async function encode(
  roots: CID[],
  blocks: readonly DagBlock[],
): Promise<Uint8Array<ArrayBuffer>> {
  const { blockLength, createWriter, headerLength } = await import("@ipld/car/buffer-writer");
  const size = blocks.reduce((sum, block) => sum + blockLength(block), headerLength({ roots }));
  const buffer = new ArrayBuffer(size);
  const writer = createWriter(buffer, { roots });
  for (const block of blocks) writer.write(block);
  return new Uint8Array(buffer, 0, writer.close().byteLength);
}
