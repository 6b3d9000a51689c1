import type { PeerId, Stream } from "@libp2p/interface";
import { peerIdFromMultihash } from "@libp2p/peer-id";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import type { CID } from "multiformats/cid";
import * as Digest from "multiformats/hashes/digest";
import { concat } from "../concat.ts";
import { abortable } from "../deadline.ts";
import { messageFields, readVarint } from "../protobuf/read_fields.ts";
import { lengthDelimited, varint, varintField } from "../protobuf/write_fields.ts";
import { contentKey } from "./content_key.ts";
import { guardStream } from "./message_guard.ts";

// libp2p kad-dht specification, "RPC messages".
const GET_PROVIDERS = 3;
const TYPE_FIELD = 1;
const KEY_FIELD = 2;
const PROVIDER_FIELD = 9;
const ID_FIELD = 1;
const ADDRESS_FIELD = 2;

/** Of one provider, those that are tried: as many as a node dials. */
const ADDRESSES_MAX = 8;

/** Who is said to hold content. Nothing of it is trusted. */
export interface Provider {
  readonly peer: PeerId;
  readonly addresses: readonly Multiaddr[];
}

/** A peer and where it is said to be: any liar can name another one where it is not. */
export function placeOf({ peer, addresses }: Provider): string {
  return [peer, ...addresses].join(" ");
}

/**
 * Asks one node, on a stream that was opened for it, who provides the content. The engine's own search
 * ends as soon as it has heard of 20, which one liar can name.
 */
export async function askProviders(
  stream: Stream,
  cid: CID,
  signal: AbortSignal,
): Promise<readonly Provider[]> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  guardStream(stream, () => {});
  stream.addEventListener("message", ({ data }) => resolve(data.subarray()));
  stream.addEventListener("close", ({ error }) => reject(error ?? new Error("closed")));
  try {
    const question = concat([
      varintField(TYPE_FIELD, GET_PROVIDERS),
      lengthDelimited(KEY_FIELD, contentKey(cid)),
    ]);
    stream.send(concat([varint(question.length), question]));
    const providers = providersIn(await abortable(promise, signal));
    stream.close().catch(() => {});
    return providers;
  } catch (error) {
    // Closed, it would stay open for as long as the other side says nothing.
    stream.abort(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

function providersIn(framed: Uint8Array): readonly Provider[] {
  const { end = 0 } = readVarint(framed, 0) ?? {};
  const found: Provider[] = [];
  for (const { number, bytes } of messageFields(framed.subarray(end))) {
    if (number === PROVIDER_FIELD) found.push(...readProvider(bytes));
  }
  return found;
}

/** Nothing when its id cannot be read; addresses that cannot be read are left out. */
function readProvider(bytes: Uint8Array): Provider[] {
  let peer: PeerId | null = null;
  const addresses: Multiaddr[] = [];
  for (const { number, bytes: held } of messageFields(bytes)) {
    try {
      if (number === ID_FIELD) peer = peerIdFromMultihash(Digest.decode(Uint8Array.from(held)));
      if (number === ADDRESS_FIELD && addresses.length < ADDRESSES_MAX) {
        addresses.push(multiaddr(Uint8Array.from(held)));
      }
    } catch {
      // Others may be right.
    }
  }
  return peer === null ? [] : [{ peer, addresses }];
}
