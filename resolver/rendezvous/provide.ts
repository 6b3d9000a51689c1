import { OurSpaceError } from "../../schemas/errors.ts";
import { httpMultiaddr } from "../../schemas/http_multiaddr.ts";
import { type Identity, identityKey } from "../../schemas/identity.ts";
import type { Call, Clock } from "../contracts.ts";
import { abortable, type Alarm } from "../deadline.ts";
import type { Node } from "../node/node.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { kuboProvider } from "./kubo_provider.ts";
import { createKuboRpc } from "./kubo_rpc.ts";
import { createProvided, type Provided } from "./provided.ts";

const HOUR = 60 * 60 * 1_000;

/** What being found through the IPFS network may cost. */
export const provideLimits = {
  /** A wallet takes the public network some 30 s: 1,000, three at a time, take three of the 22 hours. */
  wallets: 1_000,
  atOnce: 3,
  /** The network keeps a provider's addresses for 24 hours, and the record for 48. */
  everyMilliseconds: 22 * HOUR,
  /** How often it is seen what else is wanted, and what failed is tried again. */
  roundMilliseconds: 10 * 60 * 1_000,
} as const;

/** What providing needs of its surroundings; `signal` ends it. */
export interface ProvidingOptions extends Call {
  readonly node: Node;
  /** `PUBLIC_URL`: where others reach this node over HTTP. */
  readonly publicOrigin: URL;
  /** `KUBO_RPC_URL`. */
  readonly kubo: string;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly alarm: Alarm;
  /** Told what went wrong, once until it has worked again. */
  readonly report: (problem: unknown) => void;
}

/**
 * Lets this node be found through the public IPFS network for the wallets that are wanted from here
 * (schemas/rendezvous.md), for as long as the signal allows. Resolves then; never rejects.
 *
 * Without the node's web address among those that the daemon announces, nothing is provided: the
 * operator is told the command that adds it, because nobody changes an operator's daemon unasked.
 */
export async function startProviding(options: ProvidingOptions): Promise<void> {
  const { node, publicOrigin, clock, alarm, signal, report } = options;
  const kubo = kuboProvider(createKuboRpc(options.kubo, options.outbound));
  let reported = "";
  let changed = false;
  let wakeUp = () => {};

  const stopListening = node.pointers.onStored((_, sender) => {
    if (sender.kind !== "operator") return;
    changed = true;
    wakeUp();
  });

  function reportOnce(problem: unknown): void {
    const words = problem instanceof Error ? problem.message : String(problem);
    if (words === reported) return;
    reported = words;
    report(problem);
  }

  /** True when it worked. What failed waits for the next round, and the others go on. */
  async function provideOne(identity: Identity, provided: Provided): Promise<boolean> {
    try {
      await kubo.provide(identity, { signal });
      provided.note(identity, clock());
      return true;
    } catch (error) {
      signal.throwIfAborted();
      reportOnce(error);
      return false;
    }
  }

  /** A few at a time, and each time those whose turn it then is: a new publication need not wait. */
  async function provideDue(provided: Provided): Promise<void> {
    const tried = new Set<string>();
    let failures = 0;
    while (true) {
      const due = node.pointers.wanted(provideLimits.wallets).filter((identity) =>
        !tried.has(identityKey(identity)) &&
        provided.at(identity) + provideLimits.everyMilliseconds <= clock()
      ).slice(0, provideLimits.atOnce);
      if (due.length === 0) break;
      for (const identity of due) tried.add(identityKey(identity));
      const worked = await Promise.all(due.map((identity) => provideOne(identity, provided)));
      failures += worked.filter((success) => !success).length;
      // Then it is the daemon that is in trouble.
      if (!worked.includes(true)) break;
    }
    if (failures === 0) reported = "";
  }

  async function withdrawUnwanted(provided: Provided): Promise<void> {
    const wanted = new Set(node.pointers.wanted(provideLimits.wallets).map(identityKey));
    for (const identity of provided.identities()) {
      if (wanted.has(identityKey(identity))) continue;
      await kubo.withdraw(identity, { signal });
      provided.forget(identity);
    }
  }

  async function round(): Promise<void> {
    const { peer, origins } = await kubo.announced({ signal });
    if (!origins.includes(publicOrigin.origin)) {
      throw notAnnounced(publicOrigin, await kubo.addedAddresses({ signal }));
    }
    const provided = createProvided(node.keyValues, `${peer} ${publicOrigin.origin}`, clock);
    await provideDue(provided);
    await withdrawUnwanted(provided);
  }

  /** Until the next round, or until the operator has published something. */
  async function rest(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = alarm(provideLimits.roundMilliseconds, resolve);
    wakeUp = resolve;
    if (changed) wakeUp();
    await abortable(promise, signal).catch(() => {}).finally(cancel);
  }

  while (!signal.aborted) {
    changed = false;
    await round().catch((error) => signal.aborted || reportOnce(error));
    await rest();
  }
  stopListening();
}

function notAnnounced({ origin }: URL, added: readonly string[]): OurSpaceError {
  const addresses = JSON.stringify([...added, httpMultiaddr(new URL(origin))]);
  return new OurSpaceError(
    `Kubo does not announce ${origin}: nobody finds this node through the IPFS network.`,
    {
      remedy: "Run this and restart the daemon: " +
        `ipfs config --json Addresses.AppendAnnounce '${addresses}'`,
    },
  );
}
