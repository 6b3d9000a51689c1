/** The seed of a fault test: FAULT_SEED to run it again, else a new one. */
export function faultSeed(): number {
  return Number(Deno.env.get("FAULT_SEED") ?? Math.floor(Math.random() * 2 ** 31));
}

/** A small generator of numbers from 0 up to 1 (mulberry32): one seed, one sequence. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
