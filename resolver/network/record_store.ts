import { NotFoundError } from "@libp2p/interface";
import { Libp2pRecord } from "@libp2p/record";
import { BaseDatastore } from "datastore-core/base";
import { Key, type KeyQuery, type Pair, type Query } from "interface-datastore";
import { base32 } from "multiformats/bases/base32";
import type { Identity } from "../../schemas/identity.ts";
import { OurSpaceError } from "../../schemas/errors.ts";
import type { Clock } from "../contracts.ts";
import type { PointerStore } from "../node/node.ts";
import { isContentName } from "./content_key.ts";
import type { NetworkCounters } from "./counters.ts";
import type { ProviderRecords } from "./provider_records.ts";
import type { RecordRules } from "./record_rules.ts";
import { identityOfKey } from "./record_key.ts";
import { nextTurn } from "./next_turn.ts";
import { currentSender } from "./senders.ts";

/** The engine's keys: `/dht/record/<the DHT key in base32>`. */
const RECORDS = "/dht/record/";
/** `/dht/provider/<the content's multihash in base32>/<peer>`. */
const PROVIDERS = "/dht/provider/";

/** When a provider said so, for an engine that does not look at it. */
const JUST_NOW = new Uint8Array(1);

/** A record that is not taken because of what is held here. The remote sees a failed put. */
class NotTakenError extends OurSpaceError {
  override name = "NotTakenError";
}

/**
 * The engine's datastore is the node's pointer store: "newest wins" is decided there, in one atomic
 * statement, and the engine, which never compares on a put, cannot go round it. It expires records
 * after 48 hours by the time it got them; what is held is this store's business, so it always says
 * "just now" and ignores deletes. Who provides content is kept elsewhere (provider_records.ts), and
 * swept there.
 */
export class RecordStore extends BaseDatastore {
  readonly #pointers: PointerStore;
  readonly #providers: ProviderRecords;
  readonly #rules: RecordRules;
  readonly #counters: NetworkCounters;
  readonly #clock: Clock;
  readonly #random: () => number;

  constructor(
    { pointers, providers, rules, counters, clock, random }: {
      pointers: PointerStore;
      providers: ProviderRecords;
      rules: RecordRules;
      counters: NetworkCounters;
      clock: Clock;
      random: () => number;
    },
  ) {
    super();
    this.#pointers = pointers;
    this.#providers = providers;
    this.#rules = rules;
    this.#counters = counters;
    this.#clock = clock;
    this.#random = random;
  }

  override async put(key: Key, value: Uint8Array): Promise<Key> {
    const provided = providedIn(key);
    if (provided !== null) return this.#putProvider(key, provided);
    identityIn(key);
    const sender = currentSender.getStore();
    // Before it puts, the engine stores here what this node holds, or wants others to hold.
    if (sender === undefined) return key;
    const record = Libp2pRecord.deserialize(value);
    const pointer = await this.#rules.check(record.key, record.value);
    const outcome = this.#pointers.put(pointer, { kind: "stranger", key: sender });
    if (outcome.kind === "greater-held") {
      this.#counters.refuse("older");
      throw new NotTakenError("A greater pointer is held here.");
    }
    if (outcome.kind === "full") {
      this.#counters.refuse("full");
      throw new NotTakenError("There is no room for the sender's pointer here.");
    }
    if (outcome.kind === "refused") {
      this.#counters.refuse("operator-rules");
      throw new NotTakenError("The node's operator does not hold this wallet's pointers.");
    }
    // Whoever put it gives it to all who should hold it: our own turn comes later, a new one's included.
    const now = this.#clock();
    this.#pointers.schedule.leaveToOthers(pointer.identity, nextTurn(now, this.#random), now);
    return key;
  }

  /** The engine has checked that the provider is the sender itself. */
  #putProvider(key: Key, { content, provider }: Provided): Key {
    const sender = currentSender.getStore();
    // Before it tells others what this node provides, the engine notes it here.
    if (sender === undefined) return key;
    if (!isContentName(content)) {
      this.#counters.refuse("unknown-key");
      throw new NotTakenError("The key is no content's.");
    }
    if (this.#providers.add(content, provider, sender)) return key;
    this.#counters.refuse("full");
    throw new NotTakenError("There is no room for the sender's provider records here.");
  }

  override get(key: Key): Uint8Array {
    const identity = identityIn(key);
    const sender = currentSender.getStore();
    if (sender !== undefined) this.#pointers.asked(identity, sender);
    const bytes = this.#pointers.get(identity);
    if (bytes === null) throw new NotFoundError(`${key} is not held`);
    return new Libp2pRecord(keyBytes(key), bytes, new Date()).serialize();
  }

  override has(key: Key): boolean {
    return this.#pointers.get(identityIn(key)) !== null;
  }

  override delete(): void {}

  /** Only provider records are looked for by prefix: of one content, or, by the engine's sweep, of all. */
  override *_all({ prefix = "" }: Query): Generator<Pair> {
    if (!prefix.startsWith(PROVIDERS)) return;
    for (const provider of this.#providers.of(prefix.slice(PROVIDERS.length))) {
      yield { key: new Key(`${prefix}/${provider}`), value: JUST_NOW };
    }
  }

  override *_allKeys(_query: KeyQuery): Generator<Key> {}
}

/** What a provider record's key says. */
interface Provided {
  readonly content: string;
  readonly provider: string;
}

function providedIn(key: Key): Provided | null {
  const text = key.toString();
  if (!text.startsWith(PROVIDERS)) return null;
  const [content = "", provider = ""] = text.slice(PROVIDERS.length).split("/");
  return { content, provider };
}

function keyBytes(key: Key): Uint8Array {
  const text = key.toString();
  if (!text.startsWith(RECORDS)) throw new NotFoundError(`${key} is not kept here`);
  return base32.baseDecode(text.slice(RECORDS.length));
}

function identityIn(key: Key): Identity {
  const identity = identityOfKey(keyBytes(key));
  if (identity === null) throw new NotFoundError(`${key} is nobody's`);
  return identity;
}
