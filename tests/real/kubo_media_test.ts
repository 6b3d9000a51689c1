import assert from "node:assert/strict";
import { digest } from "../support/digest.ts";
import { eventually } from "../support/eventually.ts";
import { followedBy } from "../support/followed_by.ts";
import { startGateway } from "../support/gateway_process.ts";
import { startKubo } from "../support/kubo.ts";
import { makePublisher, rssFeed } from "../support/publish.ts";
import { patterned } from "../support/source_files.ts";
import { runTask } from "../support/task_process.ts";
import { realTest } from "../support/tools.ts";

const SONG = patterned(3_000_000);

realTest(
  "ipfs",
  "a recording that only the publisher's Kubo daemon has is kept by followers, and lives on",
  async () => {
    await using publisher = await makePublisher();
    const kubo = await startKubo();
    await using first = await startGateway();
    let isStopped = false;
    try {
      await publisher.write("song.mp3", SONG);
      const file = `${publisher.folder}/song.mp3`;
      const cid = await kubo.run(["add", "--quieter", "--cid-version=1", file]);
      const other = await kubo.run([
        "add",
        "--quieter",
        "--cid-version=1",
        "--chunker=size-1000000",
        file,
      ]);
      await Deno.remove(file);
      const enclosure =
        `<enclosure url="ipfs://${cid}/song.mp3" type="audio/mpeg" length="1"/></item>`;
      const link = `&lt;a href="ipfs://${other}"&gt;a link&lt;/a&gt;`;
      const feed = rssFeed(["One"]).replace("</item>", enclosure).replace("About One.", link);
      await publisher.write("feed.xml", feed);
      await publisher.publish(first.dataFolder);

      await using follower = await startGateway({ PEERS: first.url, KUBO_RPC_URL: kubo.rpcUrl });
      const followed = await runTask("follow", [publisher.address], follower.dataFolder);
      assert.equal(followed.code, 0, followed.notes);
      await eventually("the song is held", async () => {
        const { state, bytes, reason } = await followedBy(follower);
        return state === "held" && bytes > SONG.length && reason === "";
      });
      await kubo.stop();
      isStopped = true;
      const song = await fetch(`${follower.url}/ipfs/${cid}/song.mp3`);
      assert.equal(song.status, 200);
      assert.equal(await digest(await song.bytes()), await digest(SONG));
      const linked = await fetch(`${follower.url}/ipfs/${other}`);
      await linked.body?.cancel();
      assert.equal(linked.status, 404);

      const before = (await followedBy(follower)).bytes;
      await publisher.write("feed.xml", rssFeed(["Two"]));
      await publisher.publish(first.dataFolder);
      await eventually(
        "it is let go",
        async () => (await followedBy(follower)).bytes < before - SONG.length,
      );
    } finally {
      if (!isStopped) {
        await kubo.stop();
      }
    }
  },
);
