import { startGateway } from "../support/gateway_process.ts";
import { makeSigner, signPointer } from "../support/pointers.ts";
import { FILM_BYTES, type MediaSource, startMediaSource } from "./media_source.ts";
import { median, progress } from "./measure.ts";

const MEGABYTE = 1024 * 1024;
const VISITORS = 50;
const ROUNDS = 5;
/** 16 Mbit/s: a good video over a good line. */
const VISITOR_BYTES_PER_SECOND = 2_000_000;
const SAMPLE_MILLISECONDS = 50;
/** What starting takes is over by then. */
const REST_MILLISECONDS = 3_000;

/**
 * A film of 20 MB through a gateway, by the same bytes from the same server with a plain `fetch`; and
 * what 50 visitors at once cost the gateway in memory. All on loopback: a line is never what is waited for.
 */
export async function benchMedia(): Promise<string[]> {
  progress("media");
  await using source = await startMediaSource(VISITORS);
  return [
    ...await speeds(source),
    await memory(source, "one film", () => 0),
    await memory(source, "a film of their own", (visitor) => visitor),
  ];
}

/** A gateway that has nothing of the source but its feed. */
async function openGateway(source: MediaSource) {
  const gateway = await startGateway({ TRUSTLESS_GATEWAYS: source.url, DHT_LISTEN: "" });
  await publish(gateway.url, source);
  const urlOf = (film: number) => `${gateway.url}/ipfs/${source.films[film]}/film.webm`;
  return {
    pid: gateway.process.pid,
    urlOf,
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

async function speeds(source: MediaSource): Promise<string[]> {
  await using gateway = await openGateway(source);
  const plain: Download[] = [];
  const fetched: Download[] = [];
  const held: Download[] = [];
  for (let film = 0; film < ROUNDS; film++) {
    plain.push(await download(source.plainUrl(film)));
    fetched.push(await download(gateway.urlOf(film)));
    held.push(await download(gateway.urlOf(film)));
  }
  return [
    speedLine("20 MB through the gateway, by CAR", fetched, plain),
    speedLine("20 MB that the gateway holds", held, plain),
    `a plain fetch: first byte ${
      median(plain.map(({ first }) => first)).toFixed(1)
    } ms, last byte ${median(plain.map(({ last }) => last)).toFixed(0)} ms`,
  ];
}

function speedLine(what: string, measured: Download[], plain: Download[]): string {
  const later = measured.map(({ first }, round) => first - (plain[round]?.first ?? NaN));
  const ratio = measured.map(({ last }, round) => last / (plain[round]?.last ?? NaN));
  return `${what}: first byte ${median(later).toFixed(1)} ms later, last byte ${
    median(ratio).toFixed(2)
  } × of a plain fetch`;
}

async function memory(
  source: MediaSource,
  what: string,
  filmOf: (visitor: number) => number,
): Promise<string> {
  await using gateway = await openGateway(source);
  await new Promise((resolve) => setTimeout(resolve, REST_MILLISECONDS));
  const idle = residentBytes(gateway.pid);
  let peak = idle;
  const timer = setInterval(() => {
    peak = Math.max(peak, residentBytes(gateway.pid));
  }, SAMPLE_MILLISECONDS);
  const visitors = Array.from({ length: VISITORS }, (_, visitor) => gateway.urlOf(filmOf(visitor)));
  await Promise.all(visitors.map(watch)).finally(() => clearInterval(timer));
  return `memory while ${VISITORS} visitors stream 20 MB each, ${what}: ${
    megabytes(peak - idle)
  } above idle, which is ${megabytes(idle)} (at most 150 MB)`;
}

/** As everybody does: what is served is what a held pointer's feed refers to. */
async function publish(gateway: string, { feed }: MediaSource): Promise<void> {
  const signer = makeSigner();
  const path = `${gateway}/v1/pointers/${signer.identity.address}`;
  const body = await signPointer(signer, { cid: feed.toString() });
  const put = await fetch(path, { method: "PUT", body });
  if (put.status !== 204) throw new Error(`The gateway answered ${put.status}.`);
  const page = await fetch(`${gateway}/${signer.identity.address}/feed.xml`);
  if (page.status !== 200) throw new Error(await page.text());
  await page.body?.cancel();
}

/** Milliseconds. */
interface Download {
  readonly first: number;
  readonly last: number;
}

/** The times of the first and of the last byte. */
async function download(url: string): Promise<Download> {
  const started = performance.now();
  const answer = await fetch(url);
  if (answer.status !== 200 || answer.body === null) throw new Error(await answer.text());
  let first: number | undefined;
  let bytes = 0;
  for await (const piece of answer.body) {
    first ??= performance.now() - started;
    bytes += piece.length;
  }
  if (bytes !== FILM_BYTES) throw new Error(`Only ${bytes} bytes came.`);
  return { first: first ?? NaN, last: performance.now() - started };
}

/** Reads at the pace of a player. */
async function watch(url: string): Promise<void> {
  const answer = await fetch(url);
  if (answer.status !== 200 || answer.body === null) throw new Error(await answer.text());
  const started = performance.now();
  let bytes = 0;
  for await (const piece of answer.body) {
    bytes += piece.length;
    const early = bytes / VISITOR_BYTES_PER_SECOND * 1_000 - (performance.now() - started);
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
  }
  if (bytes !== FILM_BYTES) throw new Error(`Only ${bytes} bytes came.`);
}

function residentBytes(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

function megabytes(bytes: number): string {
  return `${(bytes / MEGABYTE).toFixed(0)} MB`;
}
