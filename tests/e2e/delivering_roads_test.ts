import assert from "node:assert/strict";
import { fixedSize } from "ipfs-unixfs-importer/chunker";
import { folderTree } from "../support/blocks.ts";
import { carOf } from "../support/cars.ts";
import { publishPointer } from "../support/feed_offers.ts";
import { startHosts } from "../support/hosts.ts";
import { makeSigner } from "../support/pointers.ts";
import { rssFeed } from "../support/publish.ts";
import { startService, trustlessService } from "../support/services.ts";
import { patterned } from "../support/source_files.ts";
import { openTestGateway, type TestGateway } from "../support/test_gateway.ts";

const BROWSER = { "Sec-Fetch-Dest": "document", Accept: "text/html,*/*;q=0.8" };
const FEED = rssFeed(["One"]).replace(
  "About One.",
  "&lt;video src='film.webm'&gt;&lt;/video&gt;",
);
const FILM = patterned(40_000);
const TREE = await folderTree(
  { "feed.xml": FEED, "film.webm": FILM },
  { chunker: fixedSize({ chunkSize: 1_024 }) },
);
const FILE = `/ipfs/${TREE.root}/film.webm`;

interface RoadTold {
  readonly road: string;
  readonly outcome: string;
}

/**
 * The roads in the answer's `Server-Timing`, without their times, and without the memory: it has what came in the
 * same CAR a moment before it was asked for.
 */
async function delivering(answer: Response, status = 200): Promise<string[]> {
  const text = await answer.text();
  assert.equal(answer.status, status, text);
  const entries = (answer.headers.get("Server-Timing") ?? "").split(", ");
  const roads = entries.map((entry) => {
    const [, road] = /^road;desc="([^"]+)";dur=\d+$/.exec(entry) ?? assert.fail(`It is: ${entry}`);
    return road ?? "";
  });
  return roads.filter((road) => road !== "memory");
}

/** Asks for every kind of thing, of which this road has to be told to have delivered it. */
async function assertDelivering(test: TestGateway, path: string, road: string): Promise<void> {
  for (const format of ["/feed.xml", "/atom.xml", "/feed.json"]) {
    assert.deepEqual(await delivering(await test.get(path + format)), [road], format);
  }
  assert.deepEqual(await delivering(await test.get(path, BROWSER)), [road]);
  const { roads } = await (await test.get(`${path}/pointer.json?proof`)).json();
  const delivered = roads.filter(({ road, outcome }: RoadTold) =>
    outcome === "delivered" && road !== "memory"
  );
  assert.deepEqual(delivered.map(({ road }: RoadTold) => road), [road]);
}

Deno.test("a feed, a page, a file and a range say which IPFS gateway delivered them, and so does the proof", async () => {
  await using empty = trustlessService({ blocks: new Map() });
  await using full = trustlessService({ blocks: TREE.blocks });
  const environment = { TRUSTLESS_GATEWAYS: `${empty.url},${full.url}` };
  const road = `gateway ${new URL(full.url).host}`;
  for (const [headers, status] of [[{}, 200], [{ Range: "bytes=20000-30000" }, 206]] as const) {
    await using test = await openTestGateway({ environment });
    const path = await publishPointer(test, makeSigner(), { cid: TREE.root.toString() });
    await assertDelivering(test, path, road);
    const file = await test.get(FILE, headers);
    assert.deepEqual(await delivering(file, status), [road]);
  }
});

Deno.test("a location that brings a CAR is named as the road", async () => {
  const car = await carOf([TREE.root], TREE.blocks);
  await using site = startService(() =>
    new Response(car, { headers: { "Content-Type": "application/vnd.ipld.car" } })
  );
  await using dns = await startHosts({ "alice.example": "127.0.0.1" });
  await using test = await openTestGateway({
    environment: { DNS: `127.0.0.1:${dns.port}`, ALLOW_PRIVATE: "127.0.0.1/32" },
  });
  const location = `${site.url.replace("127.0.0.1", "alice.example")}/feed.car`;
  const fields = { cid: TREE.root.toString(), locations: [location] };
  await assertDelivering(test, await publishPointer(test, makeSigner(), fields), location);
});

Deno.test("this machine is named when the content is here", async () => {
  await using test = await openTestGateway();
  const cid = await test.add({ "feed.xml": FEED, "film.webm": FILM });
  await assertDelivering(test, await publishPointer(test, makeSigner(), { cid }), "local");
  for (const [headers, status] of [[{}, 200], [{ Range: "bytes=20000-30000" }, 206]] as const) {
    const roads = await delivering(await test.get(`/ipfs/${cid}/film.webm`, headers), status);
    assert.deepEqual(roads.filter((road) => road !== "local"), []);
  }
});
