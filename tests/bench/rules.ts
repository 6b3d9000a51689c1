import { sha256 } from "@noble/hashes/sha2.js";
import { CID } from "multiformats/cid";
import { readList } from "../../resolver/rules/read_list.ts";

/** As many as the largest public list has. */
const RULES = 500_000;
const CHECKS = 20_000;

/**
 * A list of double hashes: how long it takes to load against cutting the same file into lines, how long
 * others wait meanwhile, its memory, and a check against one SHA-256.
 */
export async function benchRules(): Promise<string[]> {
  const path = await Deno.makeTempFile({ suffix: ".deny" });
  try {
    await writeList(path);
    const cut = await milliseconds(async () => {
      const lines = (await Deno.readTextFile(path)).split("\n");
      if (lines.length < RULES) throw new Error("the list is too short");
    });
    const before = Deno.memoryUsage().heapUsed;
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    }, 1);
    const startedAt = performance.now();
    const { rules } = await readList(path);
    const load = performance.now() - startedAt;
    clearInterval(timer);
    const memory = Deno.memoryUsage().heapUsed - before;

    const cid = CID.parse("bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy");
    const text = new TextEncoder().encode(`${cid}/`);
    const hash = microseconds(() => void sha256(text));
    const check = microseconds(() => void rules.verdictOnBlock(cid));
    return [
      `rules: a list of ${RULES} double hashes loads in ${load.toFixed(0)} ms, ` +
      `${(load / cut).toFixed(1)} × cutting the file into lines; others wait at most ` +
      `${longest.toFixed(0)} ms; at most ${(memory / 1e6).toFixed(0)} MB`,
      `rules: a check of a block takes ${check.toFixed(1)} µs, ` +
      `${(check / hash).toFixed(1)} × one SHA-256 of its CID`,
    ];
  } finally {
    await Deno.remove(path);
  }
}

async function writeList(path: string): Promise<void> {
  const digest = new Uint8Array(32);
  const lines = Array.from({ length: RULES }, () => `//${crypto.getRandomValues(digest).toHex()}`);
  await Deno.writeTextFile(path, `version: 1\n---\n${lines.join("\n")}\n`);
}

async function milliseconds(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function microseconds(work: () => void): number {
  for (let i = 0; i < CHECKS / 10; i++) work();
  const startedAt = performance.now();
  for (let i = 0; i < CHECKS; i++) work();
  return 1_000 * (performance.now() - startedAt) / CHECKS;
}
