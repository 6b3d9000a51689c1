import { identityKey } from "../../schemas/identity.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { Call } from "../contracts.ts";
import { abortable, type Alarm } from "../deadline.ts";
import { RefusedByOperatorError } from "../errors.ts";
import type { Node, Sender } from "../node/node.ts";
import type { Verifier } from "../verify.ts";
import { createBackoff } from "./backoff.ts";
import type { ConfiguredPeer } from "./configured.ts";
import { pause } from "./pause.ts";

/** What handing pointers on works with. */
export interface PushOptions extends Call {
  readonly node: Node;
  readonly verifier: Verifier;
  readonly alarm: Alarm;
  /** Numbers from 0 to 1. */
  readonly random: () => number;
}

/** Pointers that wait for one peer, at most 8 KiB each. What has no place comes there by the DHT alone. */
const MAX_WAITING = 256;
/** Between two offers: a peer takes ten a second from one address. */
const PAUSE_MILLISECONDS = 100;

/**
 * Offers a peer what is published here, or handed over by strangers, as soon as it is stored: a peer
 * need not follow this node to have it within a second. What comes from followed peers is theirs to
 * hand on. Ends when the signal aborts; never rejects.
 */
export async function push(
  { base, client }: ConfiguredPeer,
  { node, verifier, alarm, random, signal }: PushOptions,
): Promise<void> {
  const waiting = new Map<string, VerifiedPointer>();
  const backoff = createBackoff(random);
  let stored = Promise.withResolvers<void>();

  function onStored(pointer: VerifiedPointer, sender: Sender): void {
    if (sender.kind === "peer") return;
    const key = identityKey(pointer.identity);
    const hasRoom = waiting.has(key) || waiting.size < MAX_WAITING;
    // What this machine publishes is not kept waiting for want of room: there is little of it.
    if (!hasRoom && sender.kind !== "operator") return;
    waiting.set(key, pointer);
    stored.resolve();
  }

  /** True while no greater one has taken its place. */
  const isWaiting = (key: string, pointer: VerifiedPointer) => waiting.get(key) === pointer;

  async function offer(key: string, pointer: VerifiedPointer): Promise<void> {
    try {
      const greater = await client.offer(pointer, { signal });
      backoff.reset();
      if (isWaiting(key, pointer)) waiting.delete(key);
      if (greater === undefined) return;
      const held = await verifier.verify(greater, pointer.identity);
      node.pointers.put(held, { kind: "peer", key: base });
    } catch (error) {
      signal.throwIfAborted();
      if (isWaiting(key, pointer)) {
        waiting.delete(key);
        // The peer's operator has decided: asking again is of no use.
        if (error instanceof RefusedByOperatorError) return;
        // At the end: one that the peer does not want holds up no other.
        waiting.set(key, pointer);
      }
      await pause(backoff.next(), { alarm, signal });
    }
  }

  async function run(): Promise<void> {
    while (true) {
      const [next] = waiting;
      if (next !== undefined) {
        await offer(...next);
        await pause(PAUSE_MILLISECONDS, { alarm, signal });
        continue;
      }
      stored = Promise.withResolvers();
      await abortable(stored.promise, signal);
    }
  }

  const stop = node.pointers.onStored(onStored);
  await run().catch(() => {});
  stop();
}
