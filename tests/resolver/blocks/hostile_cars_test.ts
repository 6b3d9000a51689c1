import assert from "node:assert/strict";
import { peerBlocks } from "../../../resolver/blocks/peers.ts";
import { trustlessGatewayBlocks } from "../../../resolver/blocks/trustless_gateway.ts";
import { concatenate } from "../../../resolver/content/verified.ts";
import type { BlockSource } from "../../../resolver/contracts.ts";
import { ContentUnreachableError, ContentWrongError } from "../../../resolver/errors.ts";
import { type Blocks, fileTree } from "../../support/blocks.ts";
import { createTestClock, peek } from "../../support/clock.ts";
import { readerOver, rejection } from "../../support/content.ts";
import { eventually } from "../../support/eventually.ts";
import { type HostileCar, hostileCars, hostileCarService } from "../../support/hostile_cars.ts";
import { partContext } from "../../support/parts.ts";
import { patterned } from "../../support/source_files.ts";
import { trustlessService } from "../../support/services.ts";

const BYTES = patterned(20 * 1_024);
const TREE = await fileTree(BYTES);
const CARS = await hostileCars(TREE);
const NO_BLOCKS: Blocks = new Map();

/** What these gateways, asked in this order, bring of the file. */
async function read(
  urls: readonly string[],
  options: Parameters<typeof readerOver>[1] = {},
): Promise<Uint8Array> {
  const context = partContext({ TRUSTLESS_GATEWAYS: urls.join() });
  return await readFrom(await trustlessGatewayBlocks.create(context), options);
}

async function readFrom(
  sources: readonly BlockSource[],
  options: Parameters<typeof readerOver>[1] = {},
): Promise<Uint8Array> {
  const reader = readerOver(sources, options);
  const end = new AbortController();
  try {
    const file = await reader.open(TREE.root, "", end, { whole: true });
    assert.ok(file.kind === "file");
    return concatenate(await Array.fromAsync(file.read(end)));
  } finally {
    // A trip that nobody needs any more ends with its reader.
    end.abort();
  }
}

async function assertAlone({ alone }: HostileCar, work: Promise<Uint8Array>): Promise<void> {
  if (alone === "whole") assert.deepEqual(await work, BYTES);
  else await rejection(work, alone === "wrong" ? ContentWrongError : ContentUnreachableError);
}

for (const car of CARS) {
  Deno.test(`a CAR with ${car.what}: alone it is told for what it is, and the next road is taken`, async () => {
    await using hostile = hostileCarService(car);
    await assertAlone(car, read([hostile.url]));
    await using honest = trustlessService({ blocks: TREE.blocks });
    assert.deepEqual(await read([hostile.url, honest.url]), BYTES);
  });
}

Deno.test("whoever gives bad CARs and good blocks is read block by block", async () => {
  for (const car of CARS.filter(({ alone }) => alone === "missing")) {
    await using service = hostileCarService(car, TREE.blocks);
    assert.deepEqual(await read([service.url]), BYTES, car.what);
    const peers = await peerBlocks.create(partContext({ PEERS: service.url }));
    assert.deepEqual(await readFrom(peers), BYTES, car.what);
  }
});

Deno.test("a CAR that falls silent in the middle costs a hedge delay, or is told at the deadline", async () => {
  const [right = assert.fail()] = CARS.filter(({ what }) => what.includes("half"));
  const silent = {
    async *open() {
      yield* right.open();
      await new Promise(() => {});
    },
  };
  await using hostile = hostileCarService(silent, NO_BLOCKS);
  await using honest = trustlessService({ blocks: TREE.blocks });
  assert.deepEqual(await read([hostile.url, honest.url]), BYTES);

  const clock = createTestClock();
  const failing = rejection(
    read([hostile.url], { clock: clock.now, alarm: clock.alarm }),
    ContentUnreachableError,
  );
  const error = peek(failing);
  await eventually("the deadline has come", async () => {
    await clock.advance(1_000);
    return error() !== undefined;
  });
  assert.match(JSON.stringify((await failing).roads), /It did not answer in time\./);
});
