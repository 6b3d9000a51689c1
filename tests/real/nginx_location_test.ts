import assert from "node:assert/strict";
import { createAuthority } from "../support/certificates.ts";
import type { CID } from "multiformats/cid";
import { fileTree, folderTree, rawTree } from "../support/blocks.ts";
import { carOf } from "../support/cars.ts";
import { startGateway } from "../support/gateway_process.ts";
import { startHosts } from "../support/hosts.ts";
import { startNginx } from "../support/nginx.ts";
import { makeSigner, signPointer } from "../support/pointers.ts";
import { rssFeed } from "../support/publish.ts";
import { patterned } from "../support/source_files.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needTool, realTest } from "../support/tools.ts";

const FEED = new TextEncoder().encode(rssFeed(["From a web server"]));
const FOLDER = await folderTree({
  "feed.xml": rssFeed(["From a CAR"]).replace("About From a CAR.", "&lt;img src='a.png'&gt;"),
  "a.png": patterned(300_000),
});
const OTHER = await folderTree({ "feed.xml": rssFeed(["Somebody else"]), "a.png": "a" });
const LARGE = await fileTree(
  new TextEncoder().encode(rssFeed(["In many blocks", "x".repeat(20_000)])),
);
const MOVED = new TextEncoder().encode(rssFeed(["From where it has moved to"]));

realTest(
  "nginx",
  "a feed on somebody's own web server is read there, over TLS",
  async (t, nginx) => {
    const openssl = await needTool("openssl");
    const authority = await createAuthority(openssl);
    await using trust = await temporaryFolder();
    await Deno.writeTextFile(`${trust.path}/ca.pem`, authority.pem);
    await using server = await startNginx(nginx, {
      files: {
        "feed.xml": FEED,
        "moved.xml": MOVED,
        "other.xml": rssFeed(["Something else"]),
        "folder.car": await carOf([FOLDER.root], FOLDER.blocks),
        "large.car": await carOf([LARGE.root], LARGE.blocks),
        "other.car": await carOf([OTHER.root], OTHER.blocks),
        "two-roots.car": await carOf([OTHER.root, FOLDER.root], FOLDER.blocks),
      },
      certificate: await authority.issue(["DNS:alice.example"]),
    });
    await using dns = await startHosts({
      "alice.example": "127.0.0.1",
      "bob.example": "127.0.0.1",
    });
    await using gateway = await startGateway({
      NODE_EXTRA_CA_CERTS: `${trust.path}/ca.pem`,
      DNS: `127.0.0.1:${dns.port}`,
      // The test's public Internet.
      ALLOW_PRIVATE: "127.0.0.1/32",
      DHT_LISTEN: "",
    });

    /** The answer for a feed with this content and this location, which nobody has asked for before. */
    async function read(location: string, content: Uint8Array<ArrayBuffer> | CID = FEED) {
      const signer = makeSigner();
      const root = content instanceof Uint8Array ? (await rawTree(content)).root : content;
      const body = await signPointer(signer, { cid: root.toString(), locations: [location] });
      const { address } = signer.identity;
      const put = await fetch(`${gateway.url}/v1/pointers/${address}`, { method: "PUT", body });
      assert.equal(put.status, 204, await put.text());
      const answer = await fetch(`${gateway.url}/${address}/feed.xml`);
      return { status: answer.status, text: await answer.text() };
    }
    const https = (host: string, file: string) => `https://${host}:${server.httpsPort}/${file}`;

    await t.step("what it cannot give is said, without anything of this machine", async () => {
      const cases = [
        [https("alice.example", "nothing.xml"), 504, /It answered with status 404\./],
        [https("alice.example", "other.xml"), 502, /What came is not what the CID names\./],
        [https("bob.example", "feed.xml"), 504, /It could not be reached\./],
      ] as const;
      for (const [location, status, reason] of cases) {
        const answer = await read(location);
        assert.equal(answer.status, status, `${location}: ${answer.text}`);
        assert.match(answer.text, reason, location);
        assert.doesNotMatch(answer.text, /127\.0\.0\.1|certificate|node:/i);
      }
    });

    await t.step("the bytes come compressed, and are what was signed", async () => {
      const answer = await read(https("alice.example", "feed.xml"));
      assert.equal(answer.status, 200, answer.text);
      assert.match(answer.text, /From a web server/);
      assert.deepEqual(await server.requests("/feed.xml"), [
        "GET /feed.xml HTTP/1.1 200 application/rss+xml gzip",
      ]);
    });

    await t.step("what is no CAR of a folder is not verifiable by this road", async () => {
      const cases = [
        ["feed.xml", /not verifiable by this road: it is no CAR/],
        ["other.car", /Its CAR is not that of the content/],
        ["two-roots.car", /Its CAR is not that of the content/],
      ] as const;
      for (const [file, reason] of cases) {
        const answer = await read(https("alice.example", file), FOLDER.root);
        assert.equal(answer.status, 504, `${file}: ${answer.text}`);
        assert.match(answer.text, reason, file);
      }
    });

    await t.step(
      "a folder and its picture come in one CAR, and so does a file of many blocks",
      async () => {
        const feed = await read(https("alice.example", "folder.car"), FOLDER.root);
        assert.equal(feed.status, 200, feed.text);
        const picture = /http:\/\/127\.0\.0\.1:\d+\/ipfs\/[a-z2-7]+\/a\.png/.exec(feed.text)?.[0];
        assert.ok(picture !== undefined, feed.text);
        assert.deepEqual(await (await fetch(picture)).bytes(), patterned(300_000));
        assert.deepEqual(await server.requests("/folder.car"), [
          "GET /folder.car HTTP/1.1 200 application/vnd.ipld.car -",
        ]);

        const large = await read(https("alice.example", "large.car"), LARGE.root);
        assert.equal(large.status, 200, large.text);
        assert.match(large.text, /In many blocks/);
      },
    );

    await t.step("a redirect from http to https is followed", async () => {
      const answer = await read(`http://alice.example:${server.httpPort}/moved.xml`, MOVED);
      assert.equal(answer.status, 200, answer.text);
      assert.match(answer.text, /From where it has moved to/);
    });
  },
);
