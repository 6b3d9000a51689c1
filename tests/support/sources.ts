import type { Call, PointerSource } from "../../resolver/contracts.ts";
import { PointerRefusedError, type RefusalReason } from "../../resolver/errors.ts";
import type { Verifier } from "../../resolver/verify.ts";
import { sameIdentity } from "../../schemas/identity.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { TestClock } from "./clock.ts";

/** What a source of a test does next: wait so many milliseconds, yield, throw, or never go on. */
export type Step = number | VerifiedPointer | Uint8Array | Error | "hang";

export interface ScriptedSource extends PointerSource {
  /** How it answers from now on. */
  script: readonly Step[];
  /** How often it was asked. */
  asked: number;
  /** What it was sent. */
  readonly offered: VerifiedPointer[];
}

/** A source that does what its script says, and does not care about the signal. */
export function scriptedSource(
  clock: TestClock,
  script: readonly Step[],
  id = "scripted",
): ScriptedSource {
  const source: ScriptedSource = {
    id,
    script,
    asked: 0,
    offered: [],
    async *find() {
      source.asked++;
      for (const step of source.script) {
        if (typeof step === "number") await new Promise<void>((go) => clock.alarm(step, go));
        else if (step === "hang") await new Promise(() => {});
        else if (step instanceof Error) throw step;
        else yield step instanceof Uint8Array ? step : step.bytes;
      }
    },
    offer(pointer: VerifiedPointer, _call: Call) {
      source.offered.push(pointer);
      return Promise.resolve(undefined);
    },
  };
  return source;
}

/** A source that only reads: nothing can be offered to it. */
export function readOnly({ id, find }: PointerSource): PointerSource {
  return { id, find };
}

/**
 * A verifier that knows these pointers and refuses everything else, at once. Bytes that spell a
 * reason (see `refusable`) are refused for that reason.
 */
export function knowing(...pointers: readonly VerifiedPointer[]): Verifier {
  const known = new Map(pointers.map((pointer) => [spell(pointer.bytes), pointer]));
  return {
    verify(bytes, expected) {
      const pointer = known.get(spell(bytes));
      if (pointer === undefined) {
        return Promise.reject(refused(REASONS.get(spell(bytes)) ?? "malformed"));
      }
      if (expected !== undefined && !sameIdentity(pointer.identity, expected)) {
        return Promise.reject(refused("other-identity"));
      }
      return Promise.resolve(pointer);
    },
  };
}

/** Bytes that `knowing` refuses for the given reason. */
export function refusable(reason: RefusalReason): Uint8Array {
  return new TextEncoder().encode(reason);
}

const REASONS = new Map<string, RefusalReason>(
  ([
    "too-large",
    "malformed",
    "other-identity",
    "bad-signature",
    "not-valid-yet",
    "not-verifiable-here",
  ] as const).map((reason) => [reason, reason]),
);

function spell(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function refused(reason: RefusalReason): PointerRefusedError {
  return new PointerRefusedError(`Refused by the test's verifier: ${reason}.`, { reason });
}
