import { CID } from "multiformats/cid";
import type { SourceBlock } from "../../resolver/contracts.ts";
import type { Tree } from "./blocks.ts";
import { carOf, sourceBlocks } from "./cars.ts";
import { type Service, startService } from "./services.ts";

/** A CAR that is not what one asked for. */
export interface HostileCar {
  readonly what: string;
  /** A stream of its bytes, which may never end. */
  open(): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** What a reader gets who has no other road: the content, the news that it is missing, or that it is wrong. */
  readonly alone: "whole" | "missing" | "wrong";
}

/** Every way to spoil the CAR of a DAG, the last of whose leaves is the victim. */
export async function hostileCars(tree: Tree): Promise<readonly HostileCar[]> {
  const { root } = tree;
  // As a gateway sends it: the root comes first.
  const blocks = sourceBlocks(tree.blocks).reverse();
  const victim = blocks.findIndex(({ cid }) => cid.code === 0x55);
  const half = Math.floor(blocks.length / 2);
  const right = await carOf([root], blocks);
  const header = (await carOf([root], [])).length;

  function car(
    what: string,
    alone: HostileCar["alone"],
    changed: readonly SourceBlock[],
    roots = [root],
  ): HostileCar {
    let made: ReturnType<typeof carOf> | null = null;
    return {
      what,
      alone,
      async *open() {
        yield await (made ??= carOf(roots, changed));
      },
    };
  }

  return [
    car("a missing block", "missing", blocks.filter((_, place) => place !== victim)),
    car(
      "a wrong block",
      "wrong",
      blocks.map((block, place) => place === victim ? flipped(block) : block),
    ),
    car("each block twice", "whole", blocks.flatMap((block) => [block, block])),
    car("reordered blocks", "whole", [...blocks].reverse()),
    car("two roots", "whole", blocks, [root, blocks[victim]?.cid ?? root]),
    car("no block at all", "missing", []),
    car("10,000 blocks too many behind the right ones", "whole", [...blocks, ...strangers(10_000)]),
    car("10,000 blocks too many in front", "missing", [...strangers(10_000), ...blocks]),
    car("a block over 2 MiB", "missing", [
      ...blocks.slice(0, half),
      { cid: root, bytes: new Uint8Array(3 * 1024 * 1024) },
      ...blocks.slice(half),
    ]),
    {
      what: "its first half alone",
      alone: "missing",
      async *open() {
        yield await Promise.resolve(right.subarray(0, right.length / 2));
      },
    },
    {
      what: "one block again and again, without end",
      alone: "missing",
      async *open() {
        yield right.subarray(0, header);
        const again = (await carOf([root], blocks.slice(victim, victim + 1))).subarray(header);
        for (;;) yield await Promise.resolve(again);
      },
    },
    {
      what: "empty blocks without end",
      alone: "missing",
      async *open() {
        yield right.subarray(0, header);
        for (let first = 0;; first += 1_000) {
          const sections = [...strangers(1_000, { length: 0, first })].flatMap(({ cid }) => [
            Uint8Array.of(cid.bytes.length),
            cid.bytes as Uint8Array<ArrayBuffer>,
          ]);
          yield await new Blob(sections).bytes();
        }
      },
    },
    {
      what: "bytes that are no CAR",
      alone: "missing",
      async *open() {
        yield await Promise.resolve(new TextEncoder().encode("<!doctype html><p>Not a CAR"));
      },
    },
  ];
}

/** A trustless gateway that gives this CAR, and of single blocks those that it holds. */
export function hostileCarService(
  { open }: Pick<HostileCar, "open">,
  held: Tree["blocks"] = new Map(),
): Service {
  return startService((request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (searchParams.get("format") === "car") return carResponse(open);
    const block = held.get(pathname.replace("/ipfs/", ""));
    return new Response(block ?? "not held", { status: block === undefined ? 404 : 200 });
  });
}

/** A web server that gives this CAR, whatever it is asked for. */
export function hostileCarLocation({ open }: Pick<HostileCar, "open">): Service {
  return startService(() => carResponse(open));
}

function carResponse(open: HostileCar["open"]): Response {
  const headers = { "Content-Type": "application/vnd.ipld.car; version=1" };
  return new Response(ReadableStream.from(open()), { headers });
}

function flipped({ cid, bytes }: SourceBlock): SourceBlock {
  return { cid, bytes: bytes.map((byte, place) => place === 0 ? byte ^ 1 : byte) };
}

/** Blocks that nobody asked for, under CIDs that are not theirs. */
function* strangers(
  count: number,
  { length = 1_000, first = 0 } = {},
): Generator<SourceBlock> {
  const { bytes: cid } = CID.parse("bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy");
  for (let place = first; place < first + count; place++) {
    const other = cid.slice();
    new DataView(other.buffer).setUint32(other.length - 4, place);
    yield { cid: CID.decode(other), bytes: new Uint8Array(length) };
  }
}
