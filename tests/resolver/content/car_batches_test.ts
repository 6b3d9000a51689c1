import assert from "node:assert/strict";
import { carBatches } from "../../../resolver/content/car_batches.ts";
import { buildFolderDag } from "../../../resolver/content/dag_builder.ts";
import { importCar } from "../../../resolver/node/import_car.ts";
import { CALL } from "../../support/content.ts";
import { memoryFile, patterned } from "../../support/source_files.ts";
import { temporaryNode } from "../../support/nodes.ts";

Deno.test("a DAG travels as CAR files of bounded size, and is whole on the other side", async () => {
  await using temporary = await temporaryNode();
  const { blocks } = temporary.node;
  const video = memoryFile("video.mp4", patterned(20 * 1_048_576 + 1));
  const dag = await buildFolderDag([memoryFile("feed.xml", patterned(100)), video], CALL);

  const roots: string[][] = [];
  for await (const { car, byteCount, last } of carBatches(dag, CALL)) {
    assert.ok(car.byteLength < 9.5 * 1_048_576, `${car.byteLength} bytes in one file`);
    const taken = await importCar(
      (async function* () {
        yield await Promise.resolve(car);
      })(),
      blocks,
    );
    assert.equal(taken.bytes, byteCount);
    assert.equal(taken.roots.length, last ? 1 : 0);
    roots.push([...taken.roots]);
  }
  assert.deepEqual(roots, [[], [], [dag.root.toString()]]);
  for await (const { cid, bytes } of dag.blocks(CALL)) {
    assert.deepEqual(await blocks.get(cid), bytes);
  }
});
