import { OurSpaceError } from "../../schemas/errors.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import { PointerRefusedError } from "../errors.ts";
import type { Verifier } from "../verify.ts";
import type { NetworkCounters } from "./counters.ts";
import { identityOfKey } from "./record_key.ts";
import { currentSender, type Senders } from "./senders.ts";

/** Hears of a well-formed record whose time has not come, before its signature is checked. */
export type NotYetValid = (record: Uint8Array, sender: string) => void;

/** What may stand in the DHT. */
export interface RecordRules {
  /** The pointer's rules, under its own key only. Throws PointerRefusedError, or OurSpaceError for a key. */
  check(key: Uint8Array, value: Uint8Array): Promise<VerifiedPointer>;
  /** The same for records that come in: refusals are counted, and held against the sender. */
  admit(key: Uint8Array, value: Uint8Array): Promise<void>;
}

export function createRecordRules(
  { verifier, counters, senders, onNotYetValid }: {
    verifier: Verifier;
    counters: NetworkCounters;
    senders: Senders;
    onNotYetValid: NotYetValid;
  },
): RecordRules {
  async function check(key: Uint8Array, value: Uint8Array): Promise<VerifiedPointer> {
    const identity = identityOfKey(key);
    if (identity === null) throw new OurSpaceError("The record's key is no identity's.");
    return await verifier.verify(value, identity);
  }

  /** Only what comes in by a put has a sender; what answers a question of ours is judged there. */
  function note(error: unknown, value: Uint8Array): void {
    const sender = currentSender.getStore();
    if (sender === undefined) return;
    if (!(error instanceof PointerRefusedError)) {
      counters.refuse("unknown-key");
      senders.forged(sender);
      return;
    }
    counters.refuse(error.reason);
    if (error.reason === "not-valid-yet") onNotYetValid(value, sender);
    else if (error.reason !== "not-verifiable-here") {
      senders.forged(sender);
    }
  }

  return {
    check,
    async admit(key, value) {
      try {
        await check(key, value);
      } catch (error) {
        note(error, value);
        throw error;
      }
    },
  };
}
