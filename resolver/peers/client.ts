import { type Identity, identityText } from "../../schemas/identity.ts";
import { POINTER_MAX_BYTES, type VerifiedPointer } from "../../schemas/pointer.ts";
import type { Call, Clock } from "../contracts.ts";
import { RefusedByOperatorError, UnavailableError } from "../errors.ts";
import type { Outbound, OutboundRequest, OutboundResponse } from "../outbound/outbound.ts";
import { type Acquaintances, ACQUAINTANCES_MAX_BYTES, readAcquaintances } from "./acquaintances.ts";
import { PAGE_MAX_BYTES, PAGE_RECORDS, type PeerPage, readChangePage } from "./change_page.ts";
import type { ClockSample } from "./clock_check.ts";

/** A peer that takes longer is as good as down: half of a request's overall deadline. */
const DEADLINE_MILLISECONDS = 5_000;
/** Under the 30 s after which proxies end what seems idle. */
const WAIT_SECONDS = 25;
/** A page at its limit in so long is 40 KB a second. */
const PAGE_MILLISECONDS = 20_000;

/** What came of a question for changes. */
export type ChangesAnswer =
  | { readonly kind: "page"; readonly page: PeerPage }
  /** The peer's store is another one than the cursor's. */
  | { readonly kind: "unknown-cursor" }
  /** The peer is a gateway without a node. */
  | { readonly kind: "no-node" };

/** One other node's HTTP interface. Every method throws OutboundError and UnavailableError. */
export interface PeerClient {
  /** What it is called in reports. */
  readonly name: string;
  /** Null: not known there. Throws RefusedByOperatorError too: its operator serves no such pointer. */
  pointer(identity: Identity, call: Call): Promise<Uint8Array<ArrayBuffer> | null>;
  /**
   * Undefined: held there now; otherwise the greater one that is held instead. Throws
   * RefusedByOperatorError too: there is no use in trying again.
   */
  offer(pointer: VerifiedPointer, call: Call): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Waits for a first change for up to 25 s. Throws PeerGarbageError too. */
  changes(since: string, call: Call): Promise<ChangesAnswer>;
  /** Throws PeerGarbageError too. */
  acquaintances(call: Call): Promise<Acquaintances>;
}

/** What a client is made of. */
export interface PeerClientOptions {
  /** Without a slash at its end. */
  readonly base: string;
  readonly name: string;
  readonly trust: OutboundRequest["trust"];
  readonly outbound: Outbound;
  /** Told about every answer's `Date`, for the check of this machine's clock. */
  readonly dates?: { readonly clock: Clock; readonly onSample: (sample: ClockSample) => void };
}

/** A client of one peer. Nothing of what it gives is trusted. */
export function createPeerClient(options: PeerClientOptions): PeerClient {
  const { base, name, trust, outbound, dates } = options;

  async function ask(
    path: string,
    limits: Pick<OutboundRequest, "maxBytes" | "timeoutMilliseconds" | "idleMilliseconds">,
    call: Call,
    offered: Pick<OutboundRequest, "method" | "headers" | "body"> = {
      headers: { "Accept": "application/json" },
    },
  ): Promise<OutboundResponse> {
    const sentAt = dates?.clock() ?? 0;
    const request = { url: base + path, trust, maxRedirects: 0, ...limits, ...offered };
    const response = await outbound.fetch(request, call);
    // A copy from a cache was made at another time (RFC 9111, section 5.1).
    if (dates !== undefined && !response.headers.has("age")) {
      const date = response.headers.get("date");
      dates.onSample({ date, sentAt, receivedAt: dates.clock() });
    }
    return response;
  }

  async function refused(what: string, response: OutboundResponse): Promise<UnavailableError> {
    await response.body.cancel();
    return new UnavailableError(`${name} answered the ${what} with ${response.status}.`);
  }

  async function refusedByOperator(response: OutboundResponse): Promise<RefusedByOperatorError> {
    await response.body.cancel();
    return new RefusedByOperatorError(
      `The operator of ${name} does not serve this account's pointers.`,
    );
  }

  const pointerPath = (identity: Identity) => `/v1/pointers/${identityText(identity)}`;

  return {
    name,

    async pointer(identity, call) {
      const response = await ask(pointerPath(identity), POINTER_LIMITS, call);
      if (response.status === 200) return await bytesOf(response);
      if (response.status === 451) throw await refusedByOperator(response);
      if (response.status !== 404) throw await refused("question", response);
      await response.body.cancel();
      return null;
    },

    async offer(pointer, call) {
      const response = await ask(pointerPath(pointer.identity), POINTER_LIMITS, call, {
        method: "PUT",
        headers: { "Content-Type": "application/json", "OurSpace-Forwarded": "1" },
        body: pointer.bytes,
      });
      if (response.status === 409) return await bytesOf(response);
      if (response.status === 451) throw await refusedByOperator(response);
      if (response.status !== 204) throw await refused("pointer", response);
      await response.body.cancel();
      return undefined;
    },

    async changes(since, call) {
      const query = new URLSearchParams({
        since,
        limit: String(PAGE_RECORDS),
        wait: String(WAIT_SECONDS),
      });
      const response = await ask(`/v1/pointers?${query}`, PAGE_LIMITS, call);
      if (response.status === 200) {
        return { kind: "page", page: readChangePage(await bytesOf(response)) };
      }
      const outcome = await refused("question for changes", response);
      if (response.status === 410) return { kind: "unknown-cursor" };
      if (response.status === 501) return { kind: "no-node" };
      throw outcome;
    },

    async acquaintances(call) {
      const response = await ask("/v1/peers", ACQUAINTANCES_LIMITS, call);
      if (response.status !== 200) throw await refused("question for peers", response);
      return readAcquaintances(await bytesOf(response));
    },
  };
}

const POINTER_LIMITS = { maxBytes: POINTER_MAX_BYTES, timeoutMilliseconds: DEADLINE_MILLISECONDS };
const ACQUAINTANCES_LIMITS = {
  maxBytes: ACQUAINTANCES_MAX_BYTES,
  timeoutMilliseconds: DEADLINE_MILLISECONDS,
};
const PAGE_LIMITS = {
  maxBytes: PAGE_MAX_BYTES,
  timeoutMilliseconds: WAIT_SECONDS * 1_000 + PAGE_MILLISECONDS,
  idleMilliseconds: DEADLINE_MILLISECONDS,
};

async function bytesOf(response: OutboundResponse): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(response.body).bytes();
}
