import assert from "node:assert/strict";
import { fixedSize } from "ipfs-unixfs-importer/chunker";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { Gateway } from "../../gateway/assemble.ts";
import { fileTree, folderTree } from "../support/blocks.ts";
import { withChromium } from "../support/chromium.ts";
import { publishPointer } from "../support/feed_offers.ts";
import { makeSigner } from "../support/pointers.ts";
import { trustlessService } from "../support/services.ts";
import { patterned } from "../support/source_files.ts";
import { openTestGateway } from "../support/test_gateway.ts";
import { realTest } from "../support/tools.ts";
import { wave } from "../support/wave.ts";
import { keyFrameOf, webm } from "../support/webm.ts";

/** What Kubo makes too. */
const BLOCK_BYTES = 256 * 1024;
const CHUNKS = { chunkBytes: BLOCK_BYTES };

/** Some 50 KB each: noise cannot be compressed. */
const DRAW_NOISE = `(() => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [320, 240];
  const context = canvas.getContext("2d", { alpha: false });
  const pictures = [];
  for (let count = 0; count < 16; count++) {
    const noise = context.createImageData(320, 240);
    for (let at = 0; at < noise.data.length; at++) noise.data[at] = Math.random() * 256;
    context.putImageData(noise, 0, 0);
    pictures.push(canvas.toDataURL("image/webp", 0.8));
  }
  return pictures;
})()`;

/** 17 minutes, some 55 MB. A browser and the sockets to it take up to 16 MB in advance. */
async function makeVideo(browser: Browser): Promise<Uint8Array<ArrayBuffer>> {
  const page = await browser.newPage();
  const pictures: string[] = await page.evaluate(DRAW_NOISE);
  await page.close();
  const frames = pictures.map((url) =>
    keyFrameOf(Uint8Array.fromBase64(url.slice(url.indexOf(",") + 1)))
  );
  const repeated = Array.from({ length: 64 }, () => frames).flat();
  return webm(repeated, { width: 320, height: 240, frameMilliseconds: 1_000 });
}

const PICTURE = new Uint8Array([
  ...new TextEncoder().encode("BM"),
  ...[54, 0, 3, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 24, 0],
  ...new Uint8Array(24),
  ...patterned(256 * 256 * 3),
]);

const FEED = `<?xml version="1.0"?><rss version="2.0"><channel><title>Alice</title>
<link>https://alice.example/</link><description>Media</description>
<item><title>Film</title><guid isPermaLink="false">1</guid>
<description>&lt;img src="picture.bmp" alt="noise"&gt;</description>
<enclosure url="film.webm" type="video/webm" length="1"/></item>
<item><title>Sound</title><guid isPermaLink="false">2</guid><description>x</description>
<enclosure url="sound.wav" type="audio/wav" length="1"/></item></channel></rss>`;

const ACTIVE = {
  "page.html": "<!doctype html><script>document.title = 'acted'</script>",
  "größe.svg": '<svg xmlns="http://www.w3.org/2000/svg" onload="document.title = \'acted\'"/>',
  "paper.pdf": "%PDF-1.7\n",
};

interface Served {
  readonly path: string;
  readonly range: string | null;
}

/** A gateway in front of a peer, and what was asked of both. */
interface Cinema extends AsyncDisposable {
  readonly page: string;
  /** The addresses of files that a browser may not show, each with the name to save it by. */
  readonly downloads: Readonly<Record<string, string>>;
  /** The requests of browsers, without their origin. */
  readonly served: Served[];
  /** Which blocks of a file the peer was asked for, by their places in it, and how many it has. */
  blocksAsked(file: "film.webm" | "sound.wav"): { asked: number[]; count: number };
  /** The peer gives wrong blocks where this part of the film is, from 0 to 1. */
  corruptFilmAt(part: number): void;
}

async function openCinema(film: Uint8Array<ArrayBuffer>): Promise<Cinema> {
  const files = { "film.webm": film, "sound.wav": wave(patterned(60_000_000)) };
  const options = { chunker: fixedSize({ chunkSize: BLOCK_BYTES }) };
  const others = { "feed.xml": FEED, "picture.bmp": PICTURE, ...ACTIVE };
  const folder = await folderTree({ ...others, ...files }, options);
  const leaves = {
    "film.webm": await leavesOf(files["film.webm"]),
    "sound.wav": await leavesOf(files["sound.wav"]),
  };
  // One by one, so that they can be counted.
  const peer = trustlessService({ blocks: folder.blocks, onlyBlocks: true });
  const served: Served[] = [];
  const gateway = Promise.withResolvers<Gateway>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request, { remoteAddr: { hostname } }) => {
      const { pathname } = new URL(request.url);
      served.push({ path: pathname, range: request.headers.get("Range") });
      return await (await gateway.promise).fetch(request, { remoteAddress: hostname });
    },
  );
  const publicOrigin = `http://127.0.0.1:${server.addr.port}`;
  const environment = { TRUSTLESS_GATEWAYS: peer.url };
  const test = await openTestGateway({ publicOrigin, environment });
  gateway.resolve(test.gateway);
  const cid = folder.root.toV1().toString();
  const path = await publishPointer(test, makeSigner(), { cid });
  const linkTo = (name: string) => `${publicOrigin}/ipfs/${cid}/${encodeURIComponent(name)}`;
  return {
    page: publicOrigin + path,
    downloads: Object.fromEntries(Object.keys(ACTIVE).map((name) => [linkTo(name), name])),
    served,
    blocksAsked(file) {
      const asked = new Set(peer.asked.map((url) => url.replace(/^\/ipfs\/|\?.*$/g, "")));
      const places = [...leaves[file].keys()];
      return {
        asked: places.filter((at) => asked.has(leaves[file][at] ?? "")),
        count: places.length,
      };
    },
    corruptFilmAt(part) {
      const middle = Math.floor(part * leaves["film.webm"].length);
      for (const cid of leaves["film.webm"].slice(middle - 1, middle + 2)) {
        const block = folder.blocks.get(cid) ?? assert.fail("The film has no such block");
        folder.blocks.set(cid, block.map((byte) => byte ^ 1));
      }
    },
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await test[Symbol.asyncDispose]();
      await peer[Symbol.asyncDispose]();
    },
  };
}

/** The CIDs of a file's leaves, in their order. */
async function leavesOf(bytes: Uint8Array<ArrayBuffer>): Promise<string[]> {
  const { blocks } = await fileTree(bytes, CHUNKS);
  return [...blocks.keys()].slice(0, Math.ceil(bytes.length / BLOCK_BYTES));
}

/** Plays a medium of the page from a part of it (0 to 1) until it has moved on; gives where it was. */
async function playFrom(page: Page, kind: "video" | "audio", part: number): Promise<number> {
  return await page.evaluate(`new Promise((resolve, reject) => {
    const media = document.querySelector("${kind}");
    media.muted = true;
    const fail = () => reject(new Error("The media element failed: " + media.error?.message));
    media.addEventListener("error", fail, { once: true });
    const seek = () => {
      const start = media.duration * ${part};
      media.addEventListener("timeupdate", function check() {
        if (media.seeking || media.currentTime <= start + 0.2) return;
        media.removeEventListener("timeupdate", check);
        media.removeEventListener("error", fail);
        media.pause();
        resolve(media.currentTime / media.duration);
      });
      media.currentTime = start;
      media.play().catch(reject);
    };
    if (media.readyState > 0) return seek();
    media.addEventListener("loadedmetadata", seek, { once: true });
    media.load();
    media.preload = "metadata";
  })`);
}

/** Opens the page and waits for its picture, which loads when it is near the window. */
async function openPage(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url, { waitUntil: "load" });
  await page.locator("article img").first().scrollIntoViewIfNeeded();
  await page.evaluate('document.querySelector("article img").decode()');
  return page;
}

realTest(
  "chromium",
  "film and sound play from anywhere, and each place costs its own blocks",
  async (t, path) => {
    await withChromium(path, [], async (browser) => {
      await using cinema = await openCinema(await makeVideo(browser));
      await using context = await browser.newContext();
      const page = await openPage(context, cinema.page);

      await t.step("neither is loaded before somebody wants it", () => {
        assert.deepEqual(cinema.served.filter(({ path }) => /\.(webm|wav)$/.test(path)), []);
      });

      for (const [kind, file] of [["video", "film.webm"], ["audio", "sound.wav"]] as const) {
        await t.step(`${file} plays at its beginning, then in its second half`, async () => {
          assert.ok(await playFrom(page, kind, 0) < 0.1);
          assert.ok(await playFrom(page, kind, 0.5) >= 0.5);
          const { asked, count } = cinema.blocksAsked(file);
          assert.deepEqual(asked.filter((at) => at > 0.4 * count && at < 0.48 * count), []);
          assert.ok(asked.some((at) => at > 0.5 * count));
          assert.ok(cinema.served.some(({ path, range }) =>
            path.endsWith(file) &&
            Number(/^bytes=(\d+)-/.exec(range ?? "")?.[1]) > 0.48 * count * BLOCK_BYTES
          ));
        });
      }

      await t.step("wrong blocks keep their own place from being shown, and no other", async () => {
        cinema.corruptFilmAt(0.97);
        await assert.rejects(playFrom(page, "video", 0.97), /media element failed/);
        const again = await openPage(context, cinema.page);
        assert.ok(await playFrom(again, "video", 0.1) >= 0.1);
        assert.ok(await playFrom(again, "audio", 0.9) >= 0.9);
      });

      await t.step("the picture is asked for once, however often the page is seen", async () => {
        await openPage(context, cinema.page);
        assert.equal(cinema.served.filter(({ path }) => path.endsWith("/picture.bmp")).length, 1);
      });

      await t.step("what could act in a browser is saved, and not shown", async () => {
        for (const [link, name] of Object.entries(cinema.downloads)) {
          const download = page.waitForEvent("download");
          await page.goto(link).catch(() => {});
          assert.equal((await download).suggestedFilename(), name);
        }
      });
    });
  },
);
