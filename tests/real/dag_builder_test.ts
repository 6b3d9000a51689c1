import assert from "node:assert/strict";
import { listFolder, sourceFile } from "../../gateway/commands/publish/files.ts";
import { buildFileDag, buildFolderDag } from "../../resolver/content/dag_builder.ts";
import { CALL } from "../support/content.ts";
import { patterned } from "../support/source_files.ts";
import { realTest } from "../support/tools.ts";

/** `ipfs add` without a daemon, in a repository of its own, with the profile that the builder follows. */
async function withKubo(
  ipfs: string,
  run: (folder: string, add: (path: string) => Promise<string>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const command = async (...args: string[]) => {
      const output = await new Deno.Command(ipfs, {
        args,
        env: { IPFS_PATH: `${folder}/repository` },
        stderr: "piped",
      }).output();
      assert.ok(output.success, new TextDecoder().decode(output.stderr));
      return new TextDecoder().decode(output.stdout).trim();
    };
    await command("init", "--profile=test,unixfs-v1-2025");
    await Deno.mkdir(`${folder}/content`);
    await run(
      `${folder}/content`,
      (path) => command("add", "--recursive", "--only-hash", "--quieter", path),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

realTest(
  "ipfs",
  "a file has the CID that Kubo gives it, at every size around a chunk",
  async (_, ipfs) => {
    await withKubo(ipfs, async (folder, add) => {
      for (const size of [0, 1, 1_048_575, 1_048_576, 1_048_577, 5_000_000]) {
        const path = `${folder}/file`;
        await Deno.writeFile(path, patterned(size, size));
        const dag = await buildFileDag(await sourceFile(path, "file"), CALL);
        assert.equal(dag.root.toString(), await add(path), `${size} bytes`);
      }
    });
  },
);

realTest(
  "ipfs",
  "a folder has the CID that Kubo gives it, with folders in it, and odd names",
  async (_, ipfs) => {
    await withKubo(ipfs, async (folder, add) => {
      await Deno.mkdir(`${folder}/pictures/2026`, { recursive: true });
      await Deno.writeTextFile(`${folder}/feed.xml`, "<rss/>");
      await Deno.writeFile(`${folder}/pictures/one.jpg`, patterned(3_000_000, 1));
      await Deno.writeFile(`${folder}/pictures/2026/zwölf Ünïcode 🎈 ^&%.png`, patterned(10, 2));
      await Deno.writeFile(`${folder}/Z`, patterned(10, 2));
      const { files, leftOut } = await listFolder(folder, [], CALL);
      assert.deepEqual(leftOut, []);
      const dag = await buildFolderDag(files, CALL);
      assert.equal(dag.root.toString(), await add(folder));
    });
  },
);

realTest("ipfs", "a folder of 6,000 files is sharded as Kubo does it", async (_, ipfs) => {
  await withKubo(ipfs, async (folder, add) => {
    await Deno.mkdir(`${folder}/posts`);
    for (let index = 0; index < 6_000; index++) {
      await Deno.writeTextFile(`${folder}/posts/post number ${index}.html`, `post ${index}`);
    }
    const { files } = await listFolder(folder, [], CALL);
    const dag = await buildFolderDag(files, CALL);
    assert.equal(dag.root.toString(), await add(folder));
    assert.ok(dag.blockCount > 6_100, "the directory is one block");
  });
});
