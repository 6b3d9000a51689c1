import type { Identity } from "../../schemas/identity.ts";
import { rendezvousCid } from "../../schemas/rendezvous.ts";
import type { Call, PeerAnswer } from "../contracts.ts";
import { UnavailableError } from "../errors.ts";
import { mapConcurrently, merge } from "./concurrent.ts";
import type { Directory } from "./directory.ts";

/** What a search may cost. Strangers can provide any CID: each number bounds what they lead us to. */
export const searchLimits = {
  /** Providers that are looked at. */
  providers: 20,
  /** Nodes that are asked at the same time. */
  nodesAtOnce: 4,
  /** For all of it; ends before a walk over all sources does, so that it can still say how it went. */
  milliseconds: 7_000,
} as const;

/** Asks the node at an origin. Throws only the signal's reason. */
export type AskNode = (origin: string, identity: Identity, call: Call) => Promise<PeerAnswer>;

/** Whom a search asks. */
export interface SearchOptions extends Call {
  readonly directories: readonly Directory[];
  readonly ask: AskNode;
  /** True for an origin that is to be left alone. */
  readonly avoided: (origin: string) => boolean;
}

/**
 * Looks for the nodes that provide an identity's rendezvous CID and asks each for the pointer; gives
 * their answers as they come. Nothing: nobody provides it. Throws UnavailableError when no directory
 * could be asked, or not one of the nodes found; and the signal's reason.
 */
export async function* search(
  identity: Identity,
  { directories, ask, avoided, signal }: SearchOptions,
): AsyncGenerator<PeerAnswer> {
  const failures: unknown[] = [];
  const asked = directories.map((directory) =>
    origins(directory, rendezvousCid(identity), { signal }, failures)
  );
  const answers = mapConcurrently(
    distinct(merge(asked), avoided),
    searchLimits.nodesAtOnce,
    (origin) => ask(origin, identity, { signal }),
  );
  let found = 0;
  let failed = 0;
  for await (const answer of answers) {
    found++;
    if (answer.outcome === "failed") failed++;
    yield answer;
  }
  if (found > failed) return;
  if (failed > 0) {
    throw new UnavailableError("None of the nodes found on the IPFS network answered.");
  }
  if (failures.length === directories.length) {
    throw new UnavailableError("The IPFS network could not be asked.", {
      cause: new AggregateError(failures),
    });
  }
}

/** The web origins of one directory's providers. It never throws for what the directory does. */
async function* origins(
  directory: Directory,
  cid: string,
  call: Call,
  failures: unknown[],
): AsyncGenerator<string> {
  let providers = 0;
  try {
    for await (const provider of directory.providers(cid, call)) {
      yield* provider.origins;
      if (++providers >= searchLimits.providers) return;
    }
  } catch (error) {
    call.signal.throwIfAborted();
    failures.push(error);
  }
}

/** Each once: several directories know the same providers. */
async function* distinct(
  values: AsyncIterable<string>,
  avoided: (value: string) => boolean,
): AsyncGenerator<string> {
  const seen = new Set<string>();
  for await (const value of values) {
    if (seen.has(value) || avoided(value)) continue;
    seen.add(value);
    yield value;
  }
}
