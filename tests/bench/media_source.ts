import { CID } from "multiformats/cid";
import { sha256 } from "multiformats/hashes/sha2";
import { writeCar } from "../../resolver/content/car_writer.ts";
import { RAW } from "../../resolver/content/cid.ts";
import { folderTree, type Tree } from "../support/blocks.ts";
import { rssFeed } from "../support/publish.ts";
import { startService } from "../support/services.ts";
import { unixfsNode } from "../support/unixfs.ts";

/** What Kubo makes too. */
const LEAF_BYTES = 256 * 1024;
const LEAVES = 80;
/** Of each film. */
export const FILM_BYTES = LEAVES * LEAF_BYTES;

type Bytes = Uint8Array<ArrayBuffer>;

/** Films on a trustless gateway, none of whose blocks is like another. */
export interface MediaSource extends AsyncDisposable {
  readonly url: string;
  /** A feed that refers to all films. */
  readonly feed: CID;
  readonly films: readonly CID[];
  /** Where the same server gives a film as any web server does. */
  plainUrl(film: number): string;
}

/** A film takes no memory: its leaves differ in their first bytes, and are made when they are asked for. */
export async function startMediaSource(filmCount: number): Promise<MediaSource> {
  const pattern = crypto.getRandomValues(new Uint8Array(65_536));
  const template = new Uint8Array(LEAF_BYTES);
  for (let at = 0; at < LEAF_BYTES; at += pattern.length) template.set(pattern, at);

  function leaf(film: number, place: number): Bytes {
    const bytes = template.slice();
    new DataView(bytes.buffer).setUint32(0, film * LEAVES + place);
    return bytes;
  }

  const leaves = new Map<string, readonly [film: number, place: number]>();
  const blocks = new Map<string, Bytes>();
  const films: CID[] = [];
  const leavesOfFilms: CID[][] = [];
  for (let film = 0; film < filmCount; film++) {
    const links: { cid: CID }[] = [];
    for (let place = 0; place < LEAVES; place++) {
      const cid = CID.createV1(RAW, await sha256.digest(leaf(film, place)));
      leaves.set(cid.toString(), [film, place]);
      links.push({ cid });
    }
    const node = await unixfsNode({ blockSizes: links.map(() => LEAF_BYTES), links });
    add(node);
    films.push(node.root);
    leavesOfFilms.push(links.map(({ cid }) => cid));
  }
  const feed = await folderTree({ "feed.xml": feedOf(films) });
  add(feed);

  function add(tree: Tree): void {
    for (const [cid, bytes] of tree.blocks) blocks.set(cid, bytes);
  }

  function blockOf(cid: string): Bytes | undefined {
    const made = leaves.get(cid);
    return made === undefined ? blocks.get(cid) : leaf(...made);
  }

  /** All of the DAG, whatever part of it is asked for. */
  async function* blocksUnder(root: string) {
    const cid = CID.parse(root);
    if (cid.equals(feed.root)) {
      for (const [key, content] of feed.blocks) yield { cid: CID.parse(key), content };
      return;
    }
    const film = films.findIndex((other) => other.equals(cid));
    for (const [place, leafCid] of [cid, ...leavesOfFilms[film] ?? []].entries()) {
      const content = place === 0 ? blocks.get(root) : leaf(film, place - 1);
      if (content !== undefined) yield { cid: leafCid, content: await Promise.resolve(content) };
    }
  }

  function carOf(root: string): Response {
    const car = writeCar(CID.parse(root), blocksUnder(root));
    const headers = { "Content-Type": "application/vnd.ipld.car; version=1" };
    return new Response(ReadableStream.from(car), { headers });
  }

  const service = startService((request) => {
    const [, kind, name = ""] = new URL(request.url).pathname.split("/");
    if (kind === "plain") return new Response(filmStream((place) => leaf(Number(name), place)));
    if (request.url.includes("format=car")) return carOf(name);
    const block = blockOf(name);
    return block === undefined
      ? new Response(null, { status: 404 })
      : new Response(block, { headers: { "Content-Type": "application/vnd.ipld.raw" } });
  });
  return {
    url: service.url,
    feed: feed.root.toV1(),
    films,
    plainUrl: (film) => `${service.url}/plain/${film}`,
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

function filmStream(leafAt: (place: number) => Bytes): ReadableStream<Bytes> {
  let place = 0;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(leafAt(place));
      place += 1;
      if (place === LEAVES) controller.close();
    },
  });
}

function feedOf(films: readonly CID[]): string {
  const items = films.map((cid, index) =>
    `<item><title>Film ${index}</title><guid isPermaLink="false">${index}</guid>` +
    `<enclosure url="ipfs://${cid}" type="video/webm" length="${FILM_BYTES}"/></item>`
  );
  return rssFeed([]).replace("</channel>", `${items.join("")}</channel>`);
}
