import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import * as raw from "multiformats/codecs/raw";
import {
  buildFileDag,
  buildFolderDag,
  CHUNK_BYTES,
  type SourceFile,
} from "../../../resolver/content/dag_builder.ts";
import { CALL } from "../../support/content.ts";
import { memoryFile, patterned } from "../../support/source_files.ts";

Deno.test("a file of up to 1 MiB is one raw block, a larger one is not", async () => {
  const small = await buildFileDag(memoryFile("a", patterned(CHUNK_BYTES)), CALL);
  assert.equal(small.root.code, raw.code);
  assert.equal(small.blockCount, 1);
  const large = await buildFileDag(memoryFile("a", patterned(CHUNK_BYTES + 1)), CALL);
  assert.notEqual(large.root.code, raw.code);
  assert.equal(large.blockCount, 3);
});

Deno.test("a file of more than 2 GiB has the CID that Kubo gives it", async () => {
  const zeros = new Uint8Array(CHUNK_BYTES);
  const film: SourceFile = {
    path: "film.mp4",
    size: 2 ** 31 + 5,
    read: (start, end) => Promise.resolve(zeros.subarray(0, end - start)),
  };
  // `ipfs add --only-hash` of Kubo 0.43 with the profile `unixfs-v1-2025`.
  const expected = "bafybeib2mtfd5etdrjkamiuzbh7jhbqekt6nxueu7o72j6k6i65jbwu6e4";
  const dag = await buildFileDag(film, CALL);
  assert.equal(dag.root.toString(), expected);
  // Two leaves, a node over 1,024 times the first, one over the last, and the root.
  assert.equal(dag.blockCount, 5);
});

Deno.test("the order in which files are given changes nothing", async () => {
  const files = ["b", "a/c", "Z", "a/a"].map((path, seed) => memoryFile(path, patterned(9, seed)));
  const one = await buildFolderDag(files, CALL);
  const other = await buildFolderDag([...files].reverse(), CALL);
  assert.equal(one.root.toString(), other.root.toString());
});

Deno.test("every block comes once, has its hash, can be asked for, and the root is the last", async () => {
  const same = patterned(3_000_000);
  const files = [memoryFile("one.mp3", same), memoryFile("two.mp3", same)];
  const dag = await buildFolderDag(files, CALL);
  const seen: string[] = [];
  let byteCount = 0;
  for await (const { cid, bytes } of dag.blocks(CALL)) {
    seen.push(cid.toString());
    byteCount += bytes.byteLength;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    assert.deepEqual(cid.multihash.digest, digest);
    assert.deepEqual(await dag.get(cid, CALL), bytes);
  }
  assert.equal(new Set(seen).size, seen.length);
  assert.equal(seen.length, dag.blockCount);
  assert.equal(byteCount, dag.byteCount);
  assert.equal(seen.at(-1), dag.root.toString());
  const stranger = CID.parse("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");
  assert.equal(await dag.get(stranger, CALL), null);
});

Deno.test("a large file is never in memory as a whole", async () => {
  let [now, most] = [0, 0];
  const video: SourceFile = {
    path: "video.mp4",
    size: 64 * CHUNK_BYTES,
    async read(start, end) {
      now += end - start;
      most = Math.max(most, now);
      const bytes = await Promise.resolve(patterned(end - start, start));
      now -= end - start;
      return bytes;
    },
  };
  let read = 0;
  const dag = await buildFileDag(video, CALL, (bytes) => read += bytes);
  assert.equal(read, video.size);
  assert.ok(most <= 4 * CHUNK_BYTES, `${most} bytes were read at once`);
  assert.equal(dag.blockCount, 65);
});

Deno.test("a file that changes while it is published is refused by its name", async () => {
  const bytes = patterned(2_000_000);
  const dag = await buildFileDag(memoryFile("post.html", bytes), CALL);
  bytes[1_500_000] = 0;
  bytes[1_500_001] = 0;
  const readAll = async () => {
    for await (const block of dag.blocks(CALL)) assert.ok(block);
  };
  await assert.rejects(readAll, { name: "OurSpaceError", message: /^post\.html changed/ });

  const shrunk = { ...memoryFile("post.html", patterned(10)), size: 11 };
  await assert.rejects(buildFileDag(shrunk, CALL), { message: /^post\.html changed/ });
});

Deno.test("building stops when the caller leaves", async () => {
  const left = AbortSignal.abort(new Error("left"));
  await assert.rejects(buildFileDag(memoryFile("a", patterned(9)), { signal: left }), {
    message: "left",
  });
});
