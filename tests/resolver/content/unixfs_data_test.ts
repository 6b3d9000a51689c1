import { UnixFS, type UnixFSType } from "ipfs-unixfs";
import fc from "fast-check";
import assert from "node:assert/strict";
import { decodeUnixfsData, UNIXFS_TYPE } from "../../../resolver/content/unixfs_data.ts";

/** As the library calls them. */
const TYPES: Readonly<Record<keyof typeof UNIXFS_TYPE, UnixFSType>> = {
  raw: "raw",
  folder: "directory",
  file: "file",
  symlink: "symlink",
  shard: "hamt-sharded-directory",
};

Deno.test("what the library writes is read, whatever it is", () => {
  fc.assert(fc.property(
    fc.constantFrom("raw" as const, "folder" as const, "file" as const, "shard" as const),
    fc.uint8Array({ minLength: 1, maxLength: 300 }),
    fc.array(fc.nat({ max: 2 ** 24 }), { maxLength: 50 }),
    fc.boolean(),
    (name, data, blockSizes, hasMode) => {
      const entry = new UnixFS({
        type: TYPES[name],
        data,
        blockSizes: blockSizes.map(BigInt),
        fanout: 256n,
        ...(hasMode && { mode: 0o640, mtime: { secs: -1n, nsecs: 5 } }),
      });
      const decoded = decodeUnixfsData(entry.marshal(), 50);
      assert.equal(decoded.type, UNIXFS_TYPE[name]);
      assert.equal(decoded.fanout, 256);
      assert.deepEqual([...decoded.data], [...data]);
      assert.deepEqual(decoded.blockSizes, blockSizes);
    },
  ));
});

Deno.test("the sizes of more parts than a node may have are not read", () => {
  const sizes = Array.from({ length: 1_000 }, () => [4 << 3, 1]).flat();
  const bytes = Uint8Array.from([1 << 3, UNIXFS_TYPE.file, ...sizes]);
  assert.equal(decodeUnixfsData(bytes, 1_000).blockSizes.length, 1_000);
  assert.throws(() => decodeUnixfsData(bytes, 100), RangeError);
});

Deno.test("what is no UnixFS is a RangeError", () => {
  const broken = [
    [],
    [18, 1, 7],
    [1 << 3],
    [1 << 3, 6],
    [1 << 3, 2, 18, 5, 1],
    Array<number>(20).fill(0xff),
  ];
  for (const bytes of broken) {
    assert.throws(() => decodeUnixfsData(Uint8Array.from(bytes), 10), RangeError);
  }
});
