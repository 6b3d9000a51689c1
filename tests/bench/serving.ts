import { request } from "node:http";
import { startGateway } from "../support/gateway_process.ts";
import { makePublisher } from "../support/publish.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { findTool } from "../support/tools.ts";
import { measuredInTurn, startServer } from "./load.ts";

/** About 96 KB of RSS. */
const ITEMS = 60;
const PARAGRAPH = "Feeds are made of words, and words are what most of the bytes are. ".repeat(20);

const READER = { Accept: "*/*" };
const BROWSER = { "Sec-Fetch-Dest": "document", Accept: "text/html,*/*;q=0.8" };
const COMPRESSED = { "Accept-Encoding": "gzip, br" };

interface Case {
  readonly name: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

const CASES: readonly Case[] = [
  { name: "cached RSS, plain", path: "/feed.xml", headers: READER },
  { name: "cached RSS, compressed", path: "/feed.xml", headers: { ...READER, ...COMPRESSED } },
  { name: "cached page, plain", path: "", headers: BROWSER },
  { name: "cached page, compressed", path: "", headers: { ...BROWSER, ...COMPRESSED } },
];

/**
 * Requests per second of cached answers, by those of a bare `Deno.serve` that sends the same bytes,
 * headers included, without looking at the request.
 */
export async function benchServing(): Promise<string[]> {
  const wrk = await findTool("wrk");
  if (wrk === null) return ["serving: wrk is not installed: apt-get install wrk"];
  await using publisher = await makePublisher();
  await using gateway = await startGateway();
  await publisher.write("feed.xml", feed());
  await publisher.publish(gateway.dataFolder);
  const url = `${gateway.url}/${publisher.address}`;

  const lines: string[] = [];
  for (const { name, path, headers } of CASES) {
    const size = (await rawAnswer(url + path, headers)).body.byteLength;
    const ratio = await againstBare(wrk, url + path, headers);
    lines.push(`${name} (${size} bytes): ${ratio} × of a bare Deno.serve (at least 0.65)`);
  }
  const { headers: { etag } } = await rawAnswer(`${url}/feed.xml`, READER);
  const ratio = await againstBare(wrk, `${url}/feed.xml`, {
    ...READER,
    "If-None-Match": `${etag}`,
  });
  return [...lines, `304: ${ratio} × of a bare Deno.serve (at least 0.80)`];
}

async function againstBare(
  wrk: string,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  await using files = await temporaryFolder();
  const file = `${files.path}/answer`;
  const answer = await rawAnswer(url, headers);
  const { date: _date, connection: _connection, "content-length": _length, ...sent } =
    answer.headers;
  await Deno.writeTextFile(file, JSON.stringify({ status: answer.status, headers: sent }));
  await Deno.writeFile(`${file}.body`, answer.body);
  await using bare = await startServer("tests/bench/bare_server.ts", [file]);
  const ratio = await measuredInTurn(wrk, { url, headers }, { url: bare.url, headers });
  return ratio.toFixed(2);
}

/** As it goes over the wire: `fetch` would unpack it. */
function rawAnswer(url: string, headers: Readonly<Record<string, string>>) {
  const { promise, resolve, reject } = Promise.withResolvers<
    { status: number; headers: Record<string, unknown>; body: Uint8Array }
  >();
  request(url, { headers: { ...headers } }, async (answer) => {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    for await (const piece of answer) pieces.push(new Uint8Array(piece));
    const body = await new Blob(pieces).bytes();
    resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body });
  }).on("error", reject).end();
  return promise;
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
