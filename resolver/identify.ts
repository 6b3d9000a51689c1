import { LRUCache } from "lru-cache";
import type { Name } from "../schemas/name.ts";
import type { Call, Clock, NameRecord, NameSystem } from "./contracts.ts";
import { abortable, type Alarm, deadline, systemAlarm } from "./deadline.ts";
import { NameLookupError, NotFoundError, UnsupportedNameError } from "./errors.ts";
import { createSingleFlight } from "./single_flight.ts";

/** For all systems of a name together: half of a request's time, the rest is for the feed. */
const LOOKUP_MILLISECONDS = 5_000;
/** How long "there is no such record" or a faulty record is remembered. */
const NEGATIVE_MILLISECONDS = 10_000;
/** How long a failed look-up is remembered: reloading visitors do not pile up questions. */
const FAILURE_MILLISECONDS = 1_000;
/** How long a stale record answers before the look-up is tried again (RFC 8767 section 5). */
const STALE_MILLISECONDS = 30_000;
/** The oldest record that stands in for a failed look-up, and the longest TTL that is believed. */
const DAY_MILLISECONDS = 86_400_000;
/** An identity is its own record: one year, the longest that caches are ever told. */
const FOREVER_SECONDS = 31_536_000;

const MAX_NAMES = 10_000;
const MAX_LOOKUPS = 256;

/** The record behind a name. `ttlSeconds` is what is left of it. */
export interface IdentifiedName extends NameRecord {
  /** True when the name could not be looked up and a record from before is used. */
  readonly stale: boolean;
}

/** Finds the identity that a name leads to. */
export interface Identifier {
  /**
   * Throws NotFoundError (no system has a record), NameLookupError (a system could not be asked, or
   * its answer is faulty), UnsupportedNameError (no system for this kind of name), UnavailableError
   * (too many look-ups at once, and this was the oldest), or the signal's reason.
   */
  identify(name: Name, call: Call): Promise<IdentifiedName>;
}

/** Whom names are looked up with, and by what time. */
export interface IdentifierOptions {
  /** In the order in which they are asked. */
  readonly systems: readonly NameSystem[];
  readonly clock: Clock;
  /** The machine's timers unless given. */
  readonly alarm?: Alarm;
}

type Remembered =
  | {
    readonly record: NameRecord;
    readonly learnedAt: number;
    readonly until: number;
    readonly stale: boolean;
  }
  | { readonly error: Error; readonly until: number };

/** An identifier with a memory: up to 10,000 names, for as long as their records may be kept. */
export function createIdentifier(options: IdentifierOptions): Identifier {
  const { systems, clock, alarm = systemAlarm } = options;
  const memory = new LRUCache<string, Remembered>({ max: MAX_NAMES });
  const lookups = createSingleFlight<Remembered>(MAX_LOOKUPS);

  async function lookUp(
    key: string,
    name: Name,
    asked: NameSystem[],
    { signal }: Call,
  ): Promise<Remembered> {
    using limit = deadline(LOOKUP_MILLISECONDS, { parent: signal, alarm });
    const before = memory.get(key);
    const learned = await askInTurn(name, asked, limit.signal).then(
      (record) => found(name, record, clock()),
      (error) => failed(lookupError(name, error), before, clock()),
    );
    // A look-up that had to make room for others has learned nothing.
    signal.throwIfAborted();
    memory.set(key, learned);
    return learned;
  }

  return {
    async identify(name, { signal }) {
      signal.throwIfAborted();
      if (name.kind === "identity") return itself(name);
      const asked = systems.filter((system) => system.kinds.includes(name.kind));
      if (asked.length === 0) throw unsupported(name);

      const key = `${name.kind} ${name.text}`;
      const known = memory.get(key);
      const answer = known !== undefined && clock() < known.until
        ? known
        : await abortable(lookups.run(key, (call) => lookUp(key, name, asked, call)), signal);
      if ("error" in answer) throw answer.error;
      return {
        ...answer.record,
        // Nobody vouches for a record that could not be asked for again.
        authenticated: answer.record.authenticated && !answer.stale,
        ttlSeconds: answer.stale ? 0 : Math.max(0, Math.floor((answer.until - clock()) / 1_000)),
        stale: answer.stale,
      };
    },
  };
}

/** Only an authoritative "no such record" moves on to the next system. */
async function askInTurn(
  name: Name,
  systems: readonly NameSystem[],
  signal: AbortSignal,
): Promise<NameRecord | null> {
  for (const system of systems) {
    const asked = Promise.try(() => system.resolve(name, { signal }));
    const record = await abortable(asked, signal);
    if (record !== null) return record;
  }
  return null;
}

function found(name: Name, record: NameRecord | null, now: number): Remembered {
  if (record === null) return { error: unknown(name), until: now + NEGATIVE_MILLISECONDS };
  const lifetime = Math.min(record.ttlSeconds * 1_000, DAY_MILLISECONDS);
  return { record, learnedAt: now, until: now + lifetime, stale: false };
}

/**
 * A look-up that failed proves nothing, so a record of the last day stands in for it: an outage of
 * somebody's DNS does not take their page down. Whoever can block our look-ups can thereby delay a
 * changed record by a day, but cannot make one up: the record was genuine, and the feed behind it is
 * still the one that its wallet signed. A bogus, ambiguous or malformed answer is a sign of tampering
 * or a mistake that somebody should see: it is never papered over, and ends the old record's use.
 */
function failed(error: NameLookupError, before: Remembered | undefined, now: number): Remembered {
  if (error.reason !== "failed") return { error, until: now + NEGATIVE_MILLISECONDS };
  if (before === undefined || "error" in before || now - before.learnedAt > DAY_MILLISECONDS) {
    return { error, until: now + FAILURE_MILLISECONDS };
  }
  return { ...before, until: now + STALE_MILLISECONDS, stale: true };
}

function itself(name: Name & { kind: "identity" }): IdentifiedName {
  return {
    identity: name.identity,
    via: "identity",
    authenticated: false,
    ttlSeconds: FOREVER_SECONDS,
    stale: false,
  };
}

/** What a system throws by contract; a deadline that passed is a failure like any other. */
function lookupError(name: Name, error: unknown): NameLookupError {
  if (error instanceof NameLookupError) return error;
  return new NameLookupError(`The name ${name.text} could not be looked up.`, {
    reason: "failed",
    remedy: "Try again in a moment.",
    cause: error,
  });
}

function unknown(name: Name): NotFoundError {
  return new NotFoundError(`The name ${name.text} leads to no wallet address.`, {
    incomplete: false,
    remedy: name.kind === "dns"
      ? `Whoever owns it can add a TXT record at _ourspace.${name.text}: address=0x…`
      : "Use the wallet address itself.",
  });
}

function unsupported(name: Name): UnsupportedNameError {
  return new UnsupportedNameError(`This gateway cannot look up ${name.text}.`, {
    remedy: "Use the wallet address itself, or a gateway that is set up for this kind of name.",
  });
}
