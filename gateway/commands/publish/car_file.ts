import { writeCar } from "../../../resolver/content/car_writer.ts";
import type { Dag } from "../../../resolver/content/dag_builder.ts";
import type { Call } from "../../../resolver/contracts.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";

/** Where a CAR is written before it takes its place. */
export function unfinishedPath(path: string): string {
  return `${path}.new`;
}

/**
 * Writes the content as one CAR file, for a web server to serve at a location. The file that was there is
 * replaced in one step when the new one is complete. Throws OurSpaceError.
 */
export async function writeCarFile(
  dag: Dag,
  path: string,
  call: Call,
  onWritten: (bytes: number) => void,
): Promise<void> {
  const unfinished = unfinishedPath(path);
  try {
    // Readable by everybody: web servers run as somebody else.
    const file = await Deno.open(unfinished, {
      create: true,
      truncate: true,
      write: true,
      mode: 0o644,
    });
    try {
      for await (const piece of writeCar(dag.root, blocksOf(dag, call, onWritten))) {
        let written = 0;
        while (written < piece.length) written += await file.write(piece.subarray(written));
      }
      await file.sync();
    } finally {
      file.close();
    }
    await Deno.rename(unfinished, path);
  } catch (cause) {
    await Deno.remove(unfinished).catch(() => {});
    call.signal.throwIfAborted();
    if (cause instanceof OurSpaceError) throw cause;
    throw new OurSpaceError(`${path} could not be written.`, {
      remedy: "Name a file in a folder that exists and that you may write to.",
      cause,
    });
  }
}

async function* blocksOf(dag: Dag, call: Call, onWritten: (bytes: number) => void) {
  for await (const { cid, bytes } of dag.blocks(call)) {
    yield { cid, content: bytes };
    onWritten(bytes.length);
  }
}
