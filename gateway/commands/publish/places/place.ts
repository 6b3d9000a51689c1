import type { CID } from "multiformats/cid";
import type { Dag } from "../../../../resolver/content/dag_builder.ts";
import type { Call } from "../../../../resolver/contracts.ts";
import { OurSpaceError } from "../../../../schemas/errors.ts";
import { type Identity, identityText } from "../../../../schemas/identity.ts";
import type { VerifiedPointer } from "../../../../schemas/pointer.ts";

/** What a place answered about an identity. */
export interface PlaceAnswer {
  /** Unverified; null when it holds none. */
  readonly pointer: Uint8Array | null;
  /** What time it is there, milliseconds since 1970, to the second; null when it did not say. */
  readonly time: number | null;
}

/** Somewhere pointers and content are held: the own node, or a peer. */
export interface Place {
  /** For people. */
  readonly name: string;
  /** The publisher's own: what it says is believed. */
  readonly own: boolean;
  /** Its HTTP interface, without a slash at the end; null for a node that is not running. */
  readonly url: string | null;
  /** Throws when it cannot be asked. */
  ask(identity: Identity, call: Call): Promise<PlaceAnswer>;
  /** Resolves when the pointer is held there. Throws OurSpaceError that says why it is not. */
  offer(pointer: VerifiedPointer, call: Call): Promise<void>;
  /**
   * Has the place fetch a file (`<CID>`, `<CID>/<path>`) as for a reader, so that it holds it
   * afterwards. Throws OurSpaceError that says what is in the way.
   */
  load(path: string, call: Call): Promise<void>;
  /** Whether a block is held there; hashed. */
  holds(cid: CID, call: Call): Promise<boolean>;
  /** Whether its feed has a page there: a node alone shows none. */
  shows(identity: Identity, call: Call): Promise<boolean>;
}

/** Somewhere content is put by the publisher: the own node, a Kubo daemon. */
export interface ContentTarget {
  readonly name: string;
  /** Idempotent. `onStored` is told of bytes that are durable. Throws OurSpaceError. */
  store(dag: Dag, call: Call, onStored: (bytes: number) => void): Promise<void>;
}

/** The own node's operator is whoever publishes: the rules are in their hands. */
export function refusedHere(identity: Identity): OurSpaceError {
  return new OurSpaceError(
    `Your node refuses ${identityText(identity)} by DENYLIST or ALLOWLIST.`,
    {
      remedy: "Change the list first. With NODE=off it is published at PEERS alone.",
    },
  );
}

/** Somebody else, or another machine, published with the same key in the meantime. */
export function greaterHeld(): OurSpaceError {
  return new OurSpaceError("It holds a newer pointer of this account already.", {
    remedy: "Publish again: the new pointer will be dated after that one.",
  });
}
