import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import { kuboBlocks } from "../../resolver/blocks/kubo.ts";
import { trustlessGatewayBlocks } from "../../resolver/blocks/trustless_gateway.ts";
import { contentLimits } from "../../resolver/content/limits.ts";
import type { VerifiedFile, VerifiedFolder } from "../../resolver/content/content.ts";
import { concatenate } from "../../resolver/content/verified.ts";
import type { BlockSource, Transport } from "../../resolver/contracts.ts";
import { ContentUnreachableError } from "../../resolver/errors.ts";
import { fakeSource, folderTree, holding, rawTree } from "../support/blocks.ts";
import { CALL, outcomes, readerOver, rejection } from "../support/content.ts";
import { type Kubo, startKubo } from "../support/kubo.ts";
import { ipfsApp } from "../support/ipfs_app.ts";
import { partContext } from "../support/parts.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { recordingProxy } from "../support/recording_proxy.ts";
import { patterned } from "../support/source_files.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { realTest } from "../support/tools.ts";

/** The ways in which people add files with Kubo. */
const FILE_OPTIONS = [
  ["--cid-version=1"],
  ["--cid-version=0"],
  ["--cid-version=1", "--raw-leaves=false"],
  ["--cid-version=1", "--trickle"],
  ["--cid-version=1", "--chunker=size-1048576"],
  ["--cid-version=1", "--chunker=rabin-1024-2048-4096"],
];

/** What reads through the daemon's RPC, and what reads through its gateway. */
async function sources(kubo: Kubo): Promise<BlockSource[]> {
  const context = partContext({
    KUBO_RPC_URL: kubo.rpcUrl,
    TRUSTLESS_GATEWAYS: kubo.gatewayUrl,
  });
  return [
    ...await kuboBlocks.create(context),
    ...await trustlessGatewayBlocks.create(context),
  ];
}

async function bytesOf(file: VerifiedFile, range?: { start: number; end: number }) {
  return concatenate(await Array.fromAsync(file.read(CALL, range)));
}

async function fileAt(folder: VerifiedFolder, path: string): Promise<VerifiedFile> {
  const file = await folder.find(path, CALL);
  return file?.kind === "file" ? file : assert.fail(`There is no file ${path}`);
}

realTest("ipfs", "files that Kubo added are read byte for byte, whole and by range", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/video.mp4`;
  const bytes = patterned(3_000_000);
  await Deno.writeFile(path, bytes);
  const kubo = await startKubo();
  try {
    for (const options of FILE_OPTIONS) {
      const root = CID.parse(await kubo.run(["add", "--quieter", ...options, path]));
      for (const source of await sources(kubo)) {
        const file = await readerOver([source]).open(root, "", CALL);
        assert.ok(file.kind === "file");
        assert.equal(await file.size(CALL), bytes.length);
        assert.deepEqual(await bytesOf(file), bytes);
        for (const [start, end] of [[0, 1], [262_143, 262_145], [2_999_999, 3_000_000]] as const) {
          assert.deepEqual(await bytesOf(file, { start, end }), bytes.subarray(start, end));
        }
      }
    }
  } finally {
    await kubo.stop();
  }
});

realTest(
  "ipfs",
  "folders that Kubo added are feeds with their media, plain and sharded",
  async () => {
    await using folder = await temporaryFolder();
    await Deno.mkdir(`${folder.path}/media`);
    await Deno.writeTextFile(`${folder.path}/feed.xml`, "<rss/>");
    await Deno.writeTextFile(`${folder.path}/empty.txt`, "");
    await Deno.symlink("feed.xml", `${folder.path}/link.xml`);
    const names = Array.from({ length: 600 }, (_, index) => `größe ${index}.jpg`);
    for (const name of names) await Deno.writeTextFile(`${folder.path}/media/${name}`, name);

    const kubo = await startKubo();
    try {
      const add = ["add", "--quieter", "--recursive", "--cid-version=1"];
      const plain = await kubo.run([...add, folder.path]);
      const inline = await kubo.run([...add, "--inline", "--inline-limit=64", folder.path]);
      const sharded = await kubo.run([...add, "--max-directory-links=64", folder.path]);
      const media = await kubo.run(["resolve", `/ipfs/${sharded}/media`]);
      assert.match(await kubo.run(["dag", "get", media]), /"Name":"[0-9A-F]{2}größe/);

      for (const root of [plain, inline, sharded]) {
        const pointer = await verifiedPointer(makeSigner(), { cid: root });
        for (const source of await sources(kubo)) {
          const document = await readerOver([source]).feedDocument(pointer, CALL);
          assert.equal(new TextDecoder().decode(document.bytes), "<rss/>");
          assert.equal(document.name, "feed.xml");
          assert.ok(document.folder);
          for (const name of names.slice(0, 50)) {
            const file = await fileAt(document.folder, `media/${name}`);
            assert.equal(new TextDecoder().decode(await bytesOf(file)), name);
          }
          assert.equal(await document.folder.find("media/nothing.jpg", CALL), null);
          assert.equal((await bytesOf(await fileAt(document.folder, "empty.txt"))).length, 0);
          await assert.rejects(document.folder.find("link.xml", CALL), /symbolic link/);
        }
      }
    } finally {
      await kubo.stop();
    }
  },
);

realTest(
  "ipfs",
  "a block that Kubo lacks is told apart from a Kubo that is not there",
  async () => {
    const { root } = await rawTree(new TextEncoder().encode("nobody has this"));
    const kubo = await startKubo();
    const asked = await sources(kubo);
    try {
      const error = await rejection(
        readerOver(asked).open(root, "", CALL).then((file) => (file as VerifiedFile).size(CALL)),
        ContentUnreachableError,
      );
      assert.deepEqual(outcomes(error.roads), asked.map(({ id }) => `${id} none`));
    } finally {
      await kubo.stop();
    }
    const error = await rejection(
      readerOver(asked).open(root, "", CALL).then((file) => (file as VerifiedFile).size(CALL)),
      ContentUnreachableError,
    );
    assert.deepEqual(outcomes(error.roads), asked.map(({ id }) => `${id} failed`));
  },
);

realTest("ipfs", "the largest block that Kubo makes is within the limit", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/large.bin`;
  // Kubo leaves 256 bytes of 2 MiB to what wraps a chunk that is no raw leaf.
  const bytes = patterned(contentLimits.blockBytes - 256);
  await Deno.writeFile(path, bytes);
  const kubo = await startKubo();
  try {
    const add = [
      "add",
      "--quieter",
      "--cid-version=1",
      "--raw-leaves=false",
      `--chunker=size-${bytes.length}`,
    ];
    const root = CID.parse(await kubo.run([...add, path]));
    for (const source of await sources(kubo)) {
      const file = await readerOver([source]).open(root, "", CALL) as VerifiedFile;
      assert.deepEqual(await bytesOf(file), bytes);
    }
  } finally {
    await kubo.stop();
  }
});

realTest("ipfs", "Kubo's gateway brings a file, and a range of it, in one trip", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/video.mp4`;
  const bytes = patterned(3_000_000);
  await Deno.writeFile(path, bytes);
  const kubo = await startKubo();
  const proxy = recordingProxy(kubo.gatewayUrl);
  try {
    const root = CID.parse(await kubo.run(["add", "--quieter", "--cid-version=1", path]));
    const context = partContext({ TRUSTLESS_GATEWAYS: proxy.url });
    const [source] = await trustlessGatewayBlocks.create(context);
    assert.ok(source !== undefined);
    const whole = await readerOver([source]).open(root, "", CALL);
    assert.ok(whole.kind === "file");
    assert.deepEqual(await bytesOf(whole), bytes);
    const range = { start: 1_000_000, end: 2_000_000 };
    const part = await readerOver([source]).open(root, "", CALL);
    assert.ok(part.kind === "file");
    assert.deepEqual(await bytesOf(part, range), bytes.subarray(range.start, range.end));
    assert.deepEqual(proxy.exchanges.map(({ path, query }) => path + query), [
      `/ipfs/${root}?format=raw`,
      `/ipfs/${root}?format=car&dag-scope=all`,
      `/ipfs/${root}?format=raw`,
      `/ipfs/${root}?format=car&dag-scope=entity&entity-bytes=1000000:1999999`,
    ]);
  } finally {
    await proxy[Symbol.asyncDispose]();
    await kubo.stop();
  }
});

realTest(
  "ipfs",
  "Kubo takes in the CAR that a node gives, and gives the same in return",
  async () => {
    await using folder = await temporaryFolder();
    const kubo = await startKubo();
    try {
      const tree = await folderTree({
        "feed.xml": "<rss/>",
        "media/video.mp4": patterned(300_000),
      });
      const app = ipfsApp(readerOver([fakeSource("local", holding(tree.blocks), true)]));
      const car = await (await app.request(`/ipfs/${tree.root}?format=car`)).bytes();
      await Deno.writeFile(`${folder.path}/content.car`, car);
      await kubo.run(["dag", "import", `${folder.path}/content.car`]);
      const video = `/ipfs/${tree.root}/media/video.mp4`;
      assert.equal(await kubo.run(["files", "stat", "--format=<size>", video]), "300000");

      for (const source of await sources(kubo)) {
        const blocks = await source.dag?.({ root: tree.root, scope: "all" }, CALL);
        const cids = (await Array.fromAsync(blocks ?? [])).map(({ cid }) => cid.toV1().toString());
        assert.deepEqual(cids.sort(), [...tree.blocks.keys()].sort());
      }
    } finally {
      await kubo.stop();
    }
  },
);

realTest(
  "ipfs",
  "a CAR that Kubo exported is a location, small files inside their CIDs included",
  async () => {
    await using folder = await temporaryFolder();
    await Deno.mkdir(`${folder.path}/a-small`);
    await Deno.writeTextFile(`${folder.path}/feed.xml`, `<rss>${" ".repeat(1_000)}</rss>`);
    await Deno.writeTextFile(`${folder.path}/a-small/a.txt`, "small");
    await Deno.writeFile(`${folder.path}/film.webm`, patterned(600_000));
    const kubo = await startKubo();
    try {
      const add = ["add", "--quieter", "--recursive", "--cid-version=1", "--inline"];
      const cid = await kubo.run([...add, "--inline-limit=100", folder.path]);
      const url = `${kubo.rpcUrl}/api/v0/dag/export?arg=${cid}&progress=false`;
      const car = await (await fetch(url, { method: "POST" })).blob();
      const site: Transport = {
        id: "site",
        accepts: () => true,
        open: () => Promise.resolve({ body: car.stream(), mediaType: "application/octet-stream" }),
      };
      const locations = ["https://alice.example/feed.car"];
      const pointer = await verifiedPointer(makeSigner(), { cid, locations });
      const reader = readerOver([], { transports: [site] });
      const document = await reader.feedDocument(pointer, CALL);
      assert.match(new TextDecoder().decode(document.bytes), /^<rss>/);
      assert.ok(document.folder);
      const small = await bytesOf(await fileAt(document.folder, "a-small/a.txt"));
      assert.equal(new TextDecoder().decode(small), "small");
      const film = await bytesOf(await fileAt(document.folder, "film.webm"));
      assert.deepEqual(film, patterned(600_000));
    } finally {
      await kubo.stop();
    }
  },
);
