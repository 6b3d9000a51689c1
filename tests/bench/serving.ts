import { startGateway } from "../support/gateway_process.ts";
import { makePublisher } from "../support/publish.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { findTool } from "../support/tools.ts";
import { measuredInTurn, startServer } from "./load.ts";

/** About 96 KB of RSS. */
const ITEMS = 60;
const PARAGRAPH = "Feeds are made of words, and words are what most of the bytes are. ".repeat(20);

interface Case {
  readonly name: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly atLeast: number;
}

const READER = { Accept: "*/*" };
const BROWSER = { "Sec-Fetch-Dest": "document", Accept: "text/html,*/*;q=0.8" };
const COMPRESSED = { "Accept-Encoding": "gzip, br" };

const CASES: readonly Case[] = [
  { name: "cached RSS, plain", path: "/feed.xml", headers: READER, atLeast: 0.65 },
  {
    name: "cached RSS, compressed",
    path: "/feed.xml",
    headers: { ...READER, ...COMPRESSED },
    atLeast: 0.65,
  },
  { name: "cached page, plain", path: "", headers: BROWSER, atLeast: 0.65 },
  {
    name: "cached page, compressed",
    path: "",
    headers: { ...BROWSER, ...COMPRESSED },
    atLeast: 0.65,
  },
];

/** Requests per second of cached answers, by those of a bare `Deno.serve` that sends the same bytes. */
export async function benchServing(): Promise<string[]> {
  const wrk = await findTool("wrk");
  if (wrk === null) return ["serving: wrk is not installed: apt-get install wrk"];
  await using publisher = await makePublisher();
  await using gateway = await startGateway();
  await using files = await temporaryFolder();
  await publisher.write("feed.xml", feed());
  await publisher.publish(gateway.dataFolder);
  const base = `${gateway.url}/${publisher.address}`;

  const lines: string[] = [];
  for (const { name, path, headers, atLeast } of CASES) {
    const answer = await fetch(base + path, { headers });
    const etag = answer.headers.get("ETag") ?? "";
    const file = `${files.path}/body`;
    await Deno.writeFile(file, await rawBody(base + path, headers));
    await answer.body?.cancel();
    await using bare = await startServer("tests/bench/bare_server.ts", [file]);
    const ratio = await measuredInTurn(wrk, { url: base + path, headers }, { url: bare.url });
    lines.push(`${name}: ${ratio.toFixed(2)} × of a bare Deno.serve (at least ${atLeast})`);
    if (path !== "/feed.xml" || "Accept-Encoding" in headers) continue;
    await using bare304 = await startServer("tests/bench/bare_server.ts", []);
    const conditional = { url: base + path, headers: { ...headers, "If-None-Match": etag } };
    const ratio304 = await measuredInTurn(wrk, conditional, { url: bare304.url });
    lines.push(`304: ${ratio304.toFixed(2)} × of a bare Deno.serve (at least 0.8)`);
  }
  return lines;
}

/** The bytes as they go over the wire: `fetch` would unpack them. */
async function rawBody(url: string, headers: Readonly<Record<string, string>>) {
  const { request } = await import("node:http");
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  request(url, { headers: { ...headers } }, async (answer) => {
    const pieces: Uint8Array[] = [];
    for await (const piece of answer) pieces.push(piece);
    resolve(new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer()));
  }).on("error", reject).end();
  return await promise;
}

function feed(): string {
  const items = Array.from({ length: ITEMS }, (_, index) => {
    const text = `${index} ${PARAGRAPH}`.replaceAll("words", `words of post ${index}`);
    return `<item><title>Post ${index}</title><guid isPermaLink="false">${index}</guid>` +
      `<pubDate>${new Date(Date.UTC(2026, 0, 1, index)).toUTCString()}</pubDate>` +
      `<description>${text}</description></item>`;
  });
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>Alice</title>` +
    `<link>https://alice.example/</link><description>Much</description>` +
    `${items.join("")}</channel></rss>`;
}
