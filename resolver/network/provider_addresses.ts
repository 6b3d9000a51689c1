import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import type { DatabaseSync } from "node:sqlite";
import { concat } from "../concat.ts";
import { messageFields } from "../protobuf/read_fields.ts";
import { lengthDelimited } from "../protobuf/write_fields.ts";

/** Each address is a field of this number. */
const ADDRESS_FIELD = 1;

/** Where the providers that have records are, as they said: in the same database, gone with their last record. */
export interface ProviderAddresses {
  set(provider: string, addresses: readonly Multiaddr[]): void;
  of(provider: string): readonly Multiaddr[];
}

/** Every method throws when the disk fails. */
export function createProviderAddresses(connection: DatabaseSync): ProviderAddresses {
  const set = connection.prepare(
    "UPDATE providers SET addresses = ?2 WHERE provider = ?1 AND addresses <> ?2",
  );
  const get = connection.prepare("SELECT addresses FROM providers WHERE provider = ?");

  return {
    set(provider, addresses) {
      const fields = addresses.map(({ bytes }) => lengthDelimited(ADDRESS_FIELD, bytes));
      set.run(provider, concat(fields));
    },
    of(provider) {
      const stored = get.get(provider)?.["addresses"];
      if (!(stored instanceof Uint8Array)) return [];
      return [...messageFields(stored)].map(({ bytes }) => multiaddr(Uint8Array.from(bytes)));
    },
  };
}
