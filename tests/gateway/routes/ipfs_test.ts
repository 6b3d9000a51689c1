import assert from "node:assert/strict";
import { base58btc } from "multiformats/bases/base58";
import { base36 } from "multiformats/bases/base36";
import { CID } from "multiformats/cid";
import { sha512 } from "multiformats/hashes/sha2";
import { contentLimits } from "../../../resolver/content/limits.ts";
import {
  failing,
  fakeSource,
  fileTree,
  folderTree,
  forging,
  holding,
  rawTree,
  silent,
  type Tree,
} from "../../support/blocks.ts";
import { readerOver } from "../../support/content.ts";
import { ipfsApp } from "../../support/ipfs_app.ts";
import { patterned } from "../../support/source_files.ts";

const PNG = new Uint8Array([
  0x89,
  ...new TextEncoder().encode("PNG\r\n\x1a\n"),
  ...patterned(5_000),
]);

/** The routes over a peer that holds these trees. */
function appOver(...trees: Tree[]) {
  const blocks = new Map(trees.flatMap((tree) => [...tree.blocks]));
  return ipfsApp(readerOver([fakeSource("peer", holding(blocks))]));
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}

Deno.test("a picture is shown as what it is, for ever, and can do nothing", async () => {
  const tree = await rawTree(PNG);
  const response = await appOver(tree).request(
    `/ipfs/${tree.root}`,
  );
  assert.equal(response.status, 200);
  const { "server-timing": timing, ...headers } = Object.fromEntries(response.headers);
  assert.match(timing ?? "", /^road;desc="peer";dur=\d+(?:, |$)/);
  assert.deepEqual(headers, {
    "accept-ranges": "bytes",
    "access-control-allow-origin": "*",
    "cache-control": "public, max-age=31536000, immutable",
    "content-disposition": `inline; filename="${tree.root}"`,
    "content-length": `${PNG.length}`,
    "content-security-policy": "sandbox; default-src 'none'",
    "content-type": "image/png",
    "cross-origin-resource-policy": "cross-origin",
    "etag": `"${tree.root}"`,
    "referrer-policy": "no-referrer",
    "vary": "Accept",
    "x-content-type-options": "nosniff",
  });
  assert.deepEqual(await bytesOf(response), PNG);
});

Deno.test("a file in a folder is found by its name, and its tag is its own CID", async () => {
  const tree = await folderTree({ "media/größe.png": PNG, "feed.xml": "<rss/>" });
  const app = appOver(tree);
  const response = await app.request(`/ipfs/${tree.root}/media/gr%C3%B6%C3%9Fe.png`);
  assert.deepEqual(await bytesOf(response), PNG);
  const picture = await rawTree(PNG);
  assert.equal(response.headers.get("ETag"), `"${picture.root}"`);
  assert.match(response.headers.get("Content-Disposition") ?? "", /filename\*=UTF-8''gr%C3%B6/);
});

Deno.test("HTML, SVG and XML are downloads without a type", async () => {
  const tree = await folderTree({
    "page.html": "<!doctype html><script>alert(1)</script>",
    "logo.svg": '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "feed.xml": '<?xml version="1.0"?><rss/>',
  });
  for (const name of ["page.html", "logo.svg", "feed.xml"]) {
    const { headers } = await appOver(tree).request(`/ipfs/${tree.root}/${name}`);
    assert.equal(headers.get("Content-Type"), "application/octet-stream");
    assert.equal(headers.get("Content-Disposition"), `attachment; filename="${name}"`);
    assert.equal(headers.get("Content-Security-Policy"), "sandbox; default-src 'none'");
    assert.equal(headers.get("X-Content-Type-Options"), "nosniff");
  }
});

Deno.test("PDF, archives and what nobody knows are downloads, each with its name", async () => {
  const tree = await folderTree({
    'a "b"\\.pdf': "%PDF-1.7",
    "صورة.zip": "PK\x03\x04",
    "👩‍🚀.bin": new Uint8Array([1, 2, 3]),
  });
  const app = appOver(tree);
  const answerTo = async (name: string) => {
    const { headers } = await app.request(`/ipfs/${tree.root}/${encodeURIComponent(name)}`);
    return [headers.get("Content-Type"), headers.get("Content-Disposition")];
  };
  assert.deepEqual(await answerTo('a "b"\\.pdf'), [
    "application/pdf",
    `attachment; filename="a _b__.pdf"; filename*=UTF-8''a%20%22b%22%5C.pdf`,
  ]);
  assert.deepEqual(await answerTo("صورة.zip"), [
    "application/zip",
    `attachment; filename="____.zip"; filename*=UTF-8''${encodeURIComponent("صورة.zip")}`,
  ]);
  const [type, disposition] = await answerTo("👩‍🚀.bin");
  assert.equal(type, "application/octet-stream");
  assert.match(disposition ?? "", /^attachment; .*UTF-8''%F0%9F%91%A9%E2%80%8D%F0%9F%9A%80\.bin$/);
});

Deno.test("ranges are given, with the file's own type", async () => {
  const bytes = new Uint8Array([...PNG, ...patterned(100_000)]);
  const tree = await fileTree(bytes, { chunkBytes: 10_000 });
  const app = appOver(tree);
  const ask = (Range: string, more = {}) =>
    app.request(`/ipfs/${tree.root}`, { headers: { Range, ...more } });

  const middle = await ask("bytes=50000-50099");
  assert.equal(middle.status, 206);
  assert.equal(middle.headers.get("Content-Range"), `bytes 50000-50099/${bytes.length}`);
  assert.equal(middle.headers.get("Content-Length"), "100");
  assert.equal(middle.headers.get("Content-Type"), "image/png");
  assert.deepEqual(await bytesOf(middle), bytes.subarray(50_000, 50_100));

  assert.deepEqual(await bytesOf(await ask("bytes=-10")), bytes.subarray(-10));
  assert.deepEqual(await bytesOf(await ask("bytes=90000-")), bytes.subarray(90_000));
  assert.equal((await ask("bytes=0-1,5-6")).status, 200);
  assert.equal((await ask("bytes=0-9", { "If-Range": '"old"' })).status, 200);
  assert.equal((await ask("bytes=0-9", { "If-Range": `"${tree.root}"` })).status, 206);
  const behind = await ask(`bytes=${bytes.length}-`);
  assert.equal(behind.status, 416);
  assert.equal(behind.headers.get("Content-Range"), `bytes */${bytes.length}`);
  assert.equal(behind.headers.get("Cache-Control"), "no-store");
});

Deno.test("a range asks for its own blocks and the first, not for the file", async () => {
  const tree = await fileTree(patterned(100_000), { chunkBytes: 10_000 });
  const source = fakeSource("peer", holding(tree.blocks));
  const app = ipfsApp(readerOver([source]));
  await bytesOf(
    await app.request(`/ipfs/${tree.root}`, { headers: { Range: "bytes=95000-95009" } }),
  );
  assert.equal(source.asked.length, 3);
});

Deno.test("HEAD tells what GET would give, and ignores ranges", async () => {
  const tree = await fileTree(PNG);
  const request = { method: "HEAD", headers: { Range: "bytes=0-1" } };
  const response = await appOver(tree).request(`/ipfs/${tree.root}`, request);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("Content-Length"), `${PNG.length}`);
  assert.equal(response.headers.get("Content-Type"), "image/png");
  assert.equal(response.body, null);
});

Deno.test("an empty file is an empty answer", async () => {
  const tree = await folderTree({ "empty": "" });
  const response = await appOver(tree).request(`/ipfs/${tree.root}/empty`);
  assert.equal(response.status, 200);
  assert.equal((await bytesOf(response)).length, 0);
  const headers = { Range: "bytes=0-" };
  assert.equal((await appOver(tree).request(`/ipfs/${tree.root}/empty`, { headers })).status, 416);
  const head = await appOver(tree).request(`/ipfs/${tree.root}/empty`, { method: "HEAD" });
  assert.equal(head.headers.get("Content-Length"), "0");
});

Deno.test("who holds the file already gets no bytes, and a bare CID is not even fetched", async () => {
  const tree = await rawTree(PNG);
  const source = fakeSource("peer", holding(tree.blocks));
  const app = ipfsApp(readerOver([source]));
  const headers = { "If-None-Match": `"${tree.root}"`, Range: "bytes=0-1" };
  const response = await app.request(`/ipfs/${tree.root}`, { headers });
  assert.equal(response.status, 304);
  assert.equal(response.headers.get("ETag"), `"${tree.root}"`);
  assert.deepEqual(source.asked, []);
});

Deno.test("every other spelling of a CID leads to the one address", async () => {
  const tree = await folderTree({ "a.png": PNG });
  const spellings = [
    tree.root.toV0().toString(),
    tree.root.toV1().toString(base58btc),
    tree.root.toV1().toString(base36),
  ];
  for (const spelling of spellings) {
    const response = await appOver(tree).request(`/ipfs/${spelling}/a.png?x=1`);
    assert.equal(response.status, 308, spelling);
    assert.equal(response.headers.get("Location"), `/ipfs/${tree.root.toV1()}/a.png?x=1`);
  }
});

Deno.test("what is no CID, or names nothing readable, is a bad request", async () => {
  const { root } = await rawTree(PNG);
  const strange = [
    "nonsense",
    "",
    `${root}x`,
    "x".repeat(5_000),
    CID.createV1(0x71, root.multihash).toString(),
    CID.createV1(0x55, await sha512.digest(PNG)).toString(),
  ];
  for (const text of strange) {
    const response = await appOver().request(`/ipfs/${text}`);
    assert.equal(response.status, 400, text);
    assert.equal(response.headers.get("Content-Type"), "application/problem+json");
  }
  assert.equal((await appOver().request(`/ipfs/${root}/%ff`)).status, 400);
});

Deno.test("folders are not listed, and what is not there is not found", async () => {
  const tree = await folderTree({ "media/a.png": PNG });
  const app = appOver(tree);
  for (
    const path of ["", "/", "/media", "/media/", "/media/b.png", "/media/a.png/b", "/%2e%2e/x"]
  ) {
    const response = await app.request(`/ipfs/${tree.root}${path}`);
    assert.ok([404, 400].includes(response.status), `${path} ${response.status}`);
  }
  const problem = await (await app.request(`/ipfs/${tree.root}/media`)).json();
  assert.match(problem.detail, /folder/);
});

Deno.test("a folder's own address gives the feed in it", async () => {
  const tree = await folderTree({ "a.png": PNG, "atom.xml": "<feed/>", "feed.json": "{}" });
  const response = await appOver(tree).request(`/ipfs/${tree.root}`);
  assert.equal(response.status, 200);
  assert.equal(await response.text(), "<feed/>");
  assert.match(response.headers.get("Content-Disposition") ?? "", /filename="atom.xml"/);
});

Deno.test("content that cannot be fetched, and content that is wrong, are told apart", async () => {
  const tree = await rawTree(PNG);
  const status = async (behaviour: Parameters<typeof fakeSource>[1], limits = contentLimits) => {
    const app = ipfsApp(readerOver([fakeSource("peer", behaviour)], { limits }));
    const response = await app.request(`/ipfs/${tree.root}`);
    assert.match(response.headers.get("Cache-Control") ?? "", /no-store/);
    const { roads } = await response.json();
    return [response.status, roads[0].outcome];
  };
  assert.deepEqual(await status(failing), [504, "failed"]);
  const short = { ...contentLimits, blockMilliseconds: 20 };
  assert.deepEqual(await status(silent, short), [504, "failed"]);
  assert.deepEqual(await status(holding(new Map())), [504, "none"]);
  assert.deepEqual(await status(forging(tree.blocks)), [502, "forged"]);
});

Deno.test("service workers are refused, whatever the file is", async () => {
  const tree = await folderTree({ "sw.js": "self" });
  const headers = { "Service-Worker": "script" };
  const response = await appOver(tree).request(`/ipfs/${tree.root}/sw.js`, { headers });
  assert.equal(response.status, 403);
});

Deno.test("the trustless form gives what this machine holds, and asks nobody else", async () => {
  const tree = await rawTree(PNG);
  const local = fakeSource("local", holding(tree.blocks), true);
  const peer = fakeSource("peer", holding((await rawTree(patterned(1))).blocks));
  const app = ipfsApp(readerOver([local, peer]));
  const forms = [
    app.request(`/ipfs/${tree.root}?format=raw`),
    app.request(`/ipfs/${tree.root}`, { headers: { Accept: "application/vnd.ipld.raw" } }),
  ];
  for (const response of await Promise.all(forms)) {
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("Content-Type"), "application/vnd.ipld.raw");
    assert.equal(response.headers.get("ETag"), `"${tree.root}.raw"`);
    assert.match(response.headers.get("Cache-Control") ?? "", /immutable/);
    assert.match(response.headers.get("Content-Disposition") ?? "", /^attachment/);
    assert.equal(response.headers.get("X-Content-Type-Options"), "nosniff");
    assert.deepEqual(await bytesOf(response), PNG);
  }
  const headers = { "If-None-Match": `"${tree.root}.raw"` };
  assert.equal((await app.request(`/ipfs/${tree.root}?format=raw`, { headers })).status, 304);

  const elsewhere = await rawTree(patterned(1));
  const missing = await app.request(`/ipfs/${elsewhere.root}?format=raw`);
  assert.equal(missing.status, 404);
  assert.equal(missing.headers.get("Cache-Control"), "no-store");
  assert.deepEqual(peer.asked, []);
});

Deno.test("a gateway without a node gives on what it has in memory", async () => {
  const tree = await rawTree(PNG);
  const app = appOver(tree);
  assert.equal((await app.request(`/ipfs/${tree.root}?format=raw`)).status, 404);
  await bytesOf(await app.request(`/ipfs/${tree.root}`));
  assert.equal((await app.request(`/ipfs/${tree.root}?format=raw`)).status, 200);
});

Deno.test("other forms have a clear answer", async () => {
  const tree = await folderTree({ "a.png": PNG });
  const app = appOver(tree);
  assert.equal((await app.request(`/ipfs/${tree.root}?format=tar`)).status, 400);
  assert.equal((await app.request(`/ipfs/${tree.root}/a.png?format=raw`)).status, 400);
});
