import { type Identity, identityText } from "../../schemas/identity.ts";
import { POINTER_MAX_BYTES, type VerifiedPointer } from "../../schemas/pointer.ts";
import type { Call, Part, PointerSource } from "../contracts.ts";
import { UnavailableError } from "../errors.ts";
import type { Outbound, OutboundResponse } from "../outbound/outbound.ts";
import { peerName, peersSetting } from "../peers/setting.ts";

/** A peer that takes longer is as good as down: half of a request's overall deadline. */
const DEADLINE_MILLISECONDS = 5_000;

/** Other nodes over their HTTP interface (`/v1/pointers/{identity}`), one source each. */
export const peerSources: Part<PointerSource> = {
  id: "peers",
  settings: [peersSetting],
  create: ({ settings, outbound }) =>
    Promise.resolve(
      settings.get(peersSetting).map((peer, place) => peerSource(peer, outbound, place)),
    ),
};

/** One peer. `base` has no slash at the end; `place` is its place in the operator's list. */
export function peerSource(base: string, outbound: Outbound, place = 0): PointerSource {
  function ask(
    method: "GET" | "PUT",
    identity: Identity,
    call: Call,
    body?: Uint8Array<ArrayBuffer>,
  ): Promise<OutboundResponse> {
    return outbound.fetch({
      url: `${base}/v1/pointers/${identityText(identity)}`,
      trust: "operator",
      method,
      headers: body === undefined
        ? { "Accept": "application/json" }
        : { "Content-Type": "application/json", "OurSpace-Forwarded": "1" },
      ...(body === undefined ? {} : { body }),
      maxBytes: POINTER_MAX_BYTES,
      timeoutMilliseconds: DEADLINE_MILLISECONDS,
      maxRedirects: 0,
    }, call);
  }

  const id = peerName(base, place);

  return {
    id,

    async *find(identity, call) {
      const response = await ask("GET", identity, call);
      if (response.status === 200) yield await bytesOf(response);
      else if (response.status === 404) await response.body.cancel();
      else throw await refused(id, "question", response);
    },

    async offer(pointer: VerifiedPointer, call) {
      const response = await ask("PUT", pointer.identity, call, pointer.bytes);
      if (response.status === 409) return await bytesOf(response);
      if (response.status !== 204) throw await refused(id, "pointer", response);
      await response.body.cancel();
      return undefined;
    },
  };
}

async function bytesOf(response: OutboundResponse): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(response.body).bytes();
}

async function refused(
  peer: string,
  what: "question" | "pointer",
  response: OutboundResponse,
): Promise<UnavailableError> {
  await response.body.cancel();
  return new UnavailableError(`${peer} answered the ${what} with ${response.status}.`);
}
