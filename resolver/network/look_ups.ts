import type { KadDHT } from "@libp2p/kad-dht";
import { LRUCache } from "lru-cache";
import type { Identity } from "../../schemas/identity.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { Call, Clock, PeerAnswer } from "../contracts.ts";
import { type Alarm, deadline } from "../deadline.ts";
import type { PointerStore } from "../node/node.ts";
import type { Verifier } from "../verify.ts";
import { walkTowards } from "./walk_towards.ts";
import { missedSomewhere } from "./missed_somewhere.ts";
import type { LookUpCounters } from "./network.ts";

/** Below the least time that the engine gives a node for a message; milliseconds. */
const QUICK_MILLISECONDS = 500;

/** A text that some nodes refuse, or cannot keep, is not sent again at every look-up; milliseconds. */
const CORRECTION_PAUSE_MILLISECONDS = 60_000;
const CORRECTIONS_REMEMBERED = 10_000;

/** Questions to the network, and what they teach those who were asked. */
export interface LookUps {
  /** As `PointerNetwork.lookUp`. */
  lookUp(identity: Identity, call: Call): AsyncIterable<PeerAnswer>;
  counters(): LookUpCounters;
}

export function createLookUps(
  { dht, self, pointers, verifier, milliseconds, clock, alarm, put }: {
    dht: KadDHT;
    /** This node's id as a multihash. */
    self: Uint8Array;
    pointers: PointerStore;
    verifier: Verifier;
    /** For all of a look-up. */
    milliseconds: number;
    clock: Clock;
    alarm: Alarm;
    /** Hands a pointer to the closest nodes. */
    put: (pointer: VerifiedPointer) => Promise<unknown>;
  },
): LookUps {
  const corrected = new LRUCache<string, number>({ max: CORRECTIONS_REMEMBERED });
  const counters = { found: 0, missing: 0, failed: 0, milliseconds: 0 };

  /** Nobody waits for it. What fails now is found again by a later look-up. */
  function correct(greatest: VerifiedPointer): void {
    const last = corrected.get(greatest.text);
    if (last !== undefined && clock() - last < CORRECTION_PAUSE_MILLISECONDS) return;
    corrected.set(greatest.text, clock());
    put(greatest).catch(() => {});
  }

  async function* lookUp(identity: Identity, call: Call): AsyncGenerator<PeerAnswer, void, void> {
    const startedAt = clock();
    using limit = deadline(milliseconds, { parent: call.signal, alarm });
    const answers: PeerAnswer[] = [];
    let failures: PeerAnswer[] = [];
    // A second walk only when nothing was found, and somebody may know who failed at once: a connection
    // that broke. Who was silent for the time of a message would be silent again.
    for (let walk = 0; walk < 2; walk++) {
      const earlier = new Set(answers.map(({ peer }) => peer));
      failures = [];
      for await (const answer of walkTowards(dht, identity, { signal: limit.signal, clock })) {
        if (earlier.has(answer.peer)) continue;
        if (answer.outcome === "failed") {
          failures.push(answer);
          continue;
        }
        answers.push(answer);
        yield answer;
      }
      const found = answers.some(({ outcome }) => outcome === "pointer");
      const worthAnother = failures.some(({ milliseconds }) => milliseconds < QUICK_MILLISECONDS);
      if (found || !worthAnother || limit.signal.aborted) break;
    }
    yield* failures;
    call.signal.throwIfAborted();
    counters[outcomeOf(answers, failures)] += 1;
    counters.milliseconds += clock() - startedAt;
    const held = pointers.get(identity);
    const missed = await missedSomewhere({ identity, self, held, answers }, verifier);
    if (missed !== null) correct(missed);
  }

  return { lookUp, counters: () => ({ ...counters }) };
}

/** Nobody there to ask counts as missing: a network without peers knows nothing. */
function outcomeOf(
  answers: readonly PeerAnswer[],
  failures: readonly PeerAnswer[],
): "found" | "missing" | "failed" {
  if (answers.some(({ bytes }) => bytes !== undefined)) return "found";
  return answers.length > 0 || failures.length === 0 ? "missing" : "failed";
}
