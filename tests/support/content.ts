import assert from "node:assert/strict";
import { type BlocksOptions, createBlocks } from "../../resolver/content/blocks.ts";
import { type ContentReaderOptions, createContentReader } from "../../resolver/content/create.ts";
import { contentLimits } from "../../resolver/content/limits.ts";
import { systemAlarm } from "../../resolver/deadline.ts";
import type { RoadReport } from "../../resolver/errors.ts";

/** For calls that nobody ends. */
export const CALL = { signal: new AbortController().signal };

export function unexpected(problem: unknown): never {
  throw new Error(`The content layer reported: ${problem}`);
}

/** The blocks' reader over these sources; what does not matter is as in a gateway without a node. */
export function blocksOver(
  sources: BlocksOptions["sources"],
  options: Partial<BlocksOptions> = {},
) {
  return createBlocks({
    sources,
    store: null,
    clock: Date.now,
    alarm: systemAlarm,
    limits: contentLimits,
    report: unexpected,
    ...options,
  });
}

export function readerOver(
  blockSources: ContentReaderOptions["blockSources"],
  options: Partial<ContentReaderOptions> = {},
) {
  return createContentReader({
    blockSources,
    transports: [],
    store: null,
    clock: Date.now,
    report: unexpected,
    ...options,
  });
}

/** Each road with its outcome, for comparison: `["Kubo daemon failed", …]`. */
export function outcomes(roads: readonly RoadReport[]): string[] {
  return roads.map(({ road, outcome }) => `${road} ${outcome}`);
}

/** The error that the work ends with, of this class. */
export async function rejection<E extends Error>(
  work: Promise<unknown>,
  kind: new (...args: never[]) => E,
): Promise<E> {
  const error = await work.then(() => assert.fail("It succeeded"), (error: unknown) => error);
  if (error instanceof kind) return error;
  throw error;
}
