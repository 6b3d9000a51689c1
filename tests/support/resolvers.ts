import assert from "node:assert/strict";
import type { PointerSource } from "../../resolver/contracts.ts";
import { createResolver, type Resolution, type ResolvePolicy } from "../../resolver/resolver.ts";
import type { Identity } from "../../schemas/identity.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import { createTestClock, peek, settled } from "./clock.ts";
import { knowing, type ScriptedSource, scriptedSource, type Step } from "./sources.ts";

/** A resolver over scripted sources on a test's clock. */
export function resolverOver(
  known: readonly VerifiedPointer[],
  ...scripts: readonly (readonly Step[])[]
) {
  const clock = createTestClock();
  const sources = scripts.map((script, i) => scriptedSource(clock, script, `source ${i}`));
  const made = resolverWith(clock, known, sources);
  /** How the sources answer from now on. */
  const answer = (...next: readonly (readonly Step[])[]) =>
    next.forEach((script, i) => Object.assign(sources[i] ?? {}, { script }));
  const asked = () => sources.map((source: ScriptedSource) => source.asked);
  return { ...made, clock, sources, answer, asked };
}

export function resolverWith(
  clock: ReturnType<typeof createTestClock>,
  known: readonly VerifiedPointer[],
  sources: readonly PointerSource[],
) {
  const closing = new AbortController();
  const failedCorrections: string[] = [];
  const resolver = createResolver({
    sources,
    verifier: knowing(...known),
    clock: clock.now,
    alarm: clock.alarm,
    signal: closing.signal,
    onFailedCorrection: (source) => failedCorrections.push(source),
  });
  /** A request whose visitor stays to the end. */
  const ask = (identity: Identity, policy: ResolvePolicy = "cache-first") =>
    resolver.resolve(identity, { policy, signal: new AbortController().signal });
  /** A request, and what came of it within so many milliseconds. */
  async function askFor(
    milliseconds: number,
    identity: Identity,
    policy?: ResolvePolicy,
  ): Promise<Resolution | Error | undefined> {
    const outcome = peek(ask(identity, policy).catch((error: Error) => error));
    await clock.advance(milliseconds);
    await settled();
    return outcome();
  }
  return { resolver, closing, failedCorrections, ask, askFor };
}

/** The resolution that a request came to; fails the test when it came to anything else. */
export function found(outcome: Resolution | Error | undefined): Resolution {
  assert.ok(outcome !== undefined, "there is no answer yet");
  if (outcome instanceof Error) throw outcome;
  return outcome;
}
