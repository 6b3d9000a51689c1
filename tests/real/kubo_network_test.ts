import assert from "node:assert/strict";
import { startKuboNetwork } from "../support/kubo_network.ts";
import { publishPointer } from "../support/feed_offers.ts";
import { makeSigner } from "../support/pointers.ts";
import { rssFeed } from "../support/publish.ts";
import { patterned } from "../support/source_files.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { openTestGateway } from "../support/test_gateway.ts";
import { realTest } from "../support/tools.ts";

realTest(
  "ipfs",
  "what was added at one Kubo is read through another one, by its RPC and by its gateway",
  async () => {
    await using network = await startKuboNetwork(2);
    const [publisher = assert.fail(), reader = assert.fail()] = network.daemons;
    const roads = {
      "Kubo daemon": { KUBO_RPC_URL: reader.rpcUrl },
      [`gateway ${new URL(reader.gatewayUrl).host}`]: { TRUSTLESS_GATEWAYS: reader.gatewayUrl },
    };
    for (const [place, [road, environment]] of Object.entries(roads).entries()) {
      // Content of its own: the first road leaves what it brings at the second daemon.
      const film = patterned(3_000_000, place);
      await using folder = await temporaryFolder();
      const feed = rssFeed([road])
        .replace(`About ${road}.`, "&lt;video src='film.webm'&gt;&lt;/video&gt;");
      await Deno.writeTextFile(`${folder.path}/feed.xml`, feed);
      await Deno.writeFile(`${folder.path}/film.webm`, film);
      const add = ["add", "--quieter", "--recursive", "--cid-version=1", folder.path];
      const cid = await publisher.run(add);

      await using test = await openTestGateway({ environment });
      const path = await publishPointer(test, makeSigner(), { cid });
      const read = await test.get(`${path}/feed.xml`);
      const text = await read.text();
      assert.equal(read.status, 200, text);
      assert.match(text, new RegExp(`<title>${road}</title>`));
      assert.match(read.headers.get("Server-Timing") ?? "", new RegExp(`desc="${road}"`));

      const range = await test.get(`/ipfs/${cid}/film.webm`, { Range: "bytes=2000000-2000099" });
      assert.equal(range.status, 206);
      assert.deepEqual(await range.bytes(), film.subarray(2_000_000, 2_000_100));
      const whole = await test.get(`/ipfs/${cid}/film.webm`);
      assert.equal(whole.status, 200);
      assert.deepEqual(await whole.bytes(), film);
      assert.deepEqual(test.problems, []);
    }
  },
);
