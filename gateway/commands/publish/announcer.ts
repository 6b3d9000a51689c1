import type { CID } from "multiformats/cid";
import type { Call } from "../../../resolver/contracts.ts";
import type { NetworkPut } from "../../../resolver/network/network.ts";
import type { Node } from "../../../resolver/node/node.ts";
import type { Outbound } from "../../../resolver/outbound/outbound.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";
import { identityText } from "../../../schemas/identity.ts";
import type { VerifiedPointer } from "../../../schemas/pointer.ts";
import { askRunningNode } from "../ask_running_node.ts";
import type { RunningNode } from "../running_node.ts";
import { parseHolders } from "../parse_holders.ts";
import { visitNetwork } from "../visit_network.ts";
import { parseJson } from "../parse_json.ts";
import { isProblem, problemDetail } from "../problem_answer.ts";
import type { Tools } from "./tools.ts";

/** The way into the pointer network. */
export interface Announcer {
  /**
   * Hands the pointer to the nodes closest to its key. Null: there is no network to hand it to.
   * Throws OurSpaceError when it could not be tried.
   */
  announce(pointer: VerifiedPointer, call: Call): Promise<NetworkPut | null>;
  /**
   * How many nodes of the network hold content, asked now: neither the own one nor the peers. 0 while
   * the own node does not run, because nobody could fetch it. Throws OurSpaceError.
   */
  holders(cid: CID, call: Call): Promise<number>;
}

/** The route's own deadline is 15 s. */
const ANNOUNCE_MILLISECONDS = 20_000;
const MAX_ANSWER_BYTES = 4_096;
const MAX_HOLDERS_BYTES = 65_536;

/** Through the node that runs. */
export function runningAnnouncer(node: RunningNode, outbound: Outbound): Announcer {
  return {
    async announce(pointer, call) {
      const request = {
        path: `announce/${identityText(pointer.identity)}`,
        method: "POST",
        maxBytes: MAX_ANSWER_BYTES,
        timeoutMilliseconds: ANNOUNCE_MILLISECONDS,
      } as const;
      const { status, body } = await askRunningNode(node, request, outbound, call);
      if (status === 200) return parsePut(body);
      if (isProblem(body, "no-network")) return null;
      throw new OurSpaceError(problemDetail(body) || `Your node answered with status ${status}.`);
    },

    async holders(cid, call) {
      const { status, body } = await askRunningNode(
        node,
        {
          path: `holders?cid=${cid}`,
          maxBytes: MAX_HOLDERS_BYTES,
          timeoutMilliseconds: ANNOUNCE_MILLISECONDS,
        },
        outbound,
        call,
      );
      if (status !== 200) throw new OurSpaceError(`Your node answered with status ${status}.`);
      return parseHolders(body).filter(({ kind }) => kind === "network").length;
    },
  };
}

/** Without a running node the command enters the network itself, for a moment. */
export function visitingAnnouncer(
  node: Node,
  { settings, verifier, dns, clock, terminal }: Tools,
): Announcer {
  return {
    async announce(pointer, call) {
      const report = (problem: string) => terminal.note(`Warning: ${problem}`);
      const options = { node, settings, verifier, dns, clock, report };
      const network = await visitNetwork(options, call);
      if (network === null) return null;
      try {
        return await network.put(pointer, call);
      } finally {
        await network.close();
      }
    },
    holders: () => Promise.resolve(0),
  };
}

function parsePut(body: string): NetworkPut {
  const put = parseJson(body);
  if (
    typeof put === "object" && put !== null && "confirmed" in put && "failed" in put &&
    "among" in put && typeof put.confirmed === "number" && typeof put.failed === "number" &&
    typeof put.among === "boolean"
  ) {
    return { confirmed: put.confirmed, failed: put.failed, among: put.among };
  }
  throw new OurSpaceError("Your node's answer cannot be read.", {
    remedy: "Let it run the same version as this command.",
  });
}
