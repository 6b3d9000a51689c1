import assert from "node:assert/strict";
import { buildFolderDag } from "../../resolver/content/dag_builder.ts";
import { uploadToKubo } from "../../resolver/kubo_upload.ts";
import { parseAddressRanges } from "../../resolver/outbound/address_ranges.ts";
import { createOutbound } from "../../resolver/outbound/create.ts";
import { CALL } from "../support/content.ts";
import { fakeDns } from "../support/fake_dns.ts";
import { startKubo } from "../support/kubo.ts";
import { memoryFile, patterned } from "../support/source_files.ts";
import { realTest } from "../support/tools.ts";

const outbound = createOutbound({
  dns: fakeDns({}),
  allowPrivate: parseAddressRanges(""),
  clock: Date.now,
});

realTest(
  "ipfs",
  "content of several requests is in Kubo afterwards, pinned and whole",
  async () => {
    const kubo = await startKubo();
    try {
      const video = patterned(20_000_000);
      const files = [memoryFile("feed.xml", patterned(10)), memoryFile("a/video.mp4", video)];
      const dag = await buildFolderDag(files, CALL);
      let sent = 0;
      await uploadToKubo(dag, kubo.rpcUrl, outbound, CALL, (bytes) => sent += bytes);
      assert.equal(sent, dag.byteCount);
      assert.match(await kubo.run(["pin", "ls", "--type=recursive"]), new RegExp(`${dag.root}`));
      const stat = JSON.parse(
        await kubo.run(["dag", "stat", "--enc=json", "--progress=false", `${dag.root}`]),
      );
      assert.equal(stat.TotalSize, dag.byteCount);
      assert.match(await kubo.run(["ls", "--size", `${dag.root}/a`]), / 20000000 video\.mp4/);
    } finally {
      await kubo.stop();
    }
  },
);

realTest("ipfs", "a DAG with a block that is missing is not taken for published", async () => {
  const kubo = await startKubo();
  try {
    const files = [
      memoryFile("feed.xml", patterned(10)),
      memoryFile("a.mp3", patterned(3_000_000)),
    ];
    const dag = await buildFolderDag(files, CALL);
    const lossy = {
      ...dag,
      blockCount: dag.blockCount - 1,
      async *blocks(call: typeof CALL) {
        let first = true;
        for await (const block of dag.blocks(call)) {
          if (!first) yield block;
          first = false;
        }
      },
    };
    await assert.rejects(uploadToKubo(lossy, kubo.rpcUrl, outbound, CALL, () => {}), {
      name: "OurSpaceError",
      message: /^Kubo (did not keep|refused) the content/,
    });
  } finally {
    await kubo.stop();
  }
});
