import { contentLimits } from "../../../../resolver/content/limits.ts";
import type { Call } from "../../../../resolver/contracts.ts";
import { REQUEST_MILLISECONDS } from "../../../../resolver/deadline.ts";
import type {
  Outbound,
  OutboundRequest,
  OutboundResponse,
} from "../../../../resolver/outbound/outbound.ts";
import { OurSpaceError } from "../../../../schemas/errors.ts";
import { identityText } from "../../../../schemas/identity.ts";
import { POINTER_MAX_BYTES } from "../../../../schemas/pointer.ts";
import { holdsBlock } from "../../../holds_block.ts";
import { greaterHeld, type Place } from "./place.ts";
import { problemDetail } from "../../problem_answer.ts";

/** A place that takes longer is reported as out of reach; the others are not kept waiting. */
const DEADLINE_MILLISECONDS = 10_000;

/** The place fetches the content first, within its own deadline for a reader. */
const LOAD_MILLISECONDS = REQUEST_MILLISECONDS + 5_000;

/** A place behind its HTTP interface: the running node of this machine, or a peer. */
export function httpPlace(
  { name, url, own, token }: {
    name: string;
    url: string;
    own: boolean;
    /** The admin token of the own node: it then keeps what is published. */
    token?: string;
  },
  outbound: Outbound,
): Place {
  const request = (
    request: Pick<OutboundRequest, "url"> & Partial<OutboundRequest>,
    call: Call,
  ): Promise<OutboundResponse> =>
    outbound.fetch({
      trust: "operator",
      maxBytes: POINTER_MAX_BYTES,
      timeoutMilliseconds: DEADLINE_MILLISECONDS,
      maxRedirects: 0,
      ...request,
    }, call);

  return {
    name,
    own,
    url,

    async ask(identity, call) {
      const path = `${url}/v1/pointers/${identityText(identity)}`;
      const response = await request({ url: path }, call);
      const body = new Response(response.body);
      const time = Date.parse(response.headers.get("Date") ?? "");
      const answer = { time: Number.isNaN(time) ? null : time };
      if (response.status === 200) return { ...answer, pointer: await body.bytes() };
      const detail = problemDetail(await body.text());
      if (response.status === 404) return { ...answer, pointer: null };
      throw new OurSpaceError(`It answered with status ${response.status}. ${detail}`.trimEnd());
    },

    async offer(pointer, call) {
      const response = await request({
        url: `${url}/v1/pointers/${identityText(pointer.identity)}`,
        method: "PUT",
        headers: {
          "Content-Type": "application/json",
          ...(token === undefined ? {} : { "Authorization": `Bearer ${token}` }),
        },
        body: pointer.bytes,
      }, call);
      const text = await new Response(response.body).text();
      if (response.status === 204) return;
      if (response.status === 409) throw greaterHeld();
      throw new OurSpaceError(
        `It refused the pointer with status ${response.status}. ${problemDetail(text)}`.trimEnd(),
      );
    },

    async load(path, call) {
      const response = await request({
        url: `${url}/ipfs/${path}`,
        maxBytes: contentLimits.feedBytes,
        timeoutMilliseconds: LOAD_MILLISECONDS,
      }, call);
      const body = await new Response(response.body).text();
      if (response.status === 200) return;
      throw new OurSpaceError(
        problemDetail(body) || `It answers readers with status ${response.status}.`,
      );
    },

    holds: (cid, call) => holdsBlock(outbound, url, cid, call),

    async shows(identity, call) {
      // Beside the page, and far smaller.
      const path = `${url}/${identityText(identity)}/pointer.json`;
      const response = await request({ url: path }, call);
      await response.body.cancel();
      return response.status === 200;
    },
  };
}
