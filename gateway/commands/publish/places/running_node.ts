import { carBatches } from "../../../../resolver/content/car_batches.ts";
import { CAR_TYPE } from "../../../../resolver/content/car_reader.ts";
import type { Call } from "../../../../resolver/contracts.ts";
import type { Outbound } from "../../../../resolver/outbound/outbound.ts";
import { OurSpaceError } from "../../../../schemas/errors.ts";
import { type Identity, identityText } from "../../../../schemas/identity.ts";
import { askRunningNode } from "../../ask_running_node.ts";
import { problemDetail, problemRemedy } from "../../problem_answer.ts";
import type { RunningNode } from "../../running_node.ts";
import type { ContentTarget } from "./place.ts";

/** For 8 MiB that the node hashes and writes to a slow disk. */
const BATCH_MILLISECONDS = 120_000;
/** It has the answer in memory. */
const QUESTION_MILLISECONDS = 5_000;
const MAX_ANSWER_BYTES = 65_536;

/** The block store of the node that runs on this machine, through its admin API. */
export function runningNodeTarget(
  name: string,
  node: RunningNode,
  outbound: Outbound,
): ContentTarget {
  return {
    name,
    async store(dag, call, onStored) {
      for await (const { car, byteCount } of carBatches(dag, call)) {
        const request = {
          path: `dag?root=${dag.root}`,
          method: "POST",
          headers: { "Content-Type": CAR_TYPE },
          body: car,
          maxBytes: MAX_ANSWER_BYTES,
          timeoutMilliseconds: BATCH_MILLISECONDS,
        } as const;
        const { status, body } = await askRunningNode(node, request, outbound, call);
        if (status !== 200) throw refused(status, body);
        onStored(byteCount);
      }
    },
  };
}

/** Asked for a pointer, without anybody else being asked. A node that does not answer refuses nobody. */
export async function runningNodeRefuses(
  { url }: RunningNode,
  identity: Identity,
  outbound: Outbound,
  call: Call,
): Promise<boolean> {
  try {
    const response = await outbound.fetch({
      url: `${url}/v1/pointers/${identityText(identity)}`,
      headers: { "Cache-Control": "only-if-cached" },
      trust: "operator",
      maxBytes: MAX_ANSWER_BYTES,
      timeoutMilliseconds: QUESTION_MILLISECONDS,
      maxRedirects: 0,
    }, call);
    await response.body.cancel();
    return response.status === 451;
  } catch {
    call.signal.throwIfAborted();
    return false;
  }
}

function refused(status: number, body: string): OurSpaceError {
  const remedy = problemRemedy(body) || "Check the node's log.";
  return new OurSpaceError(
    `Your node refused the content with status ${status}. ${problemDetail(body)}`.trimEnd(),
    { remedy: `${remedy} What was stored so far does no harm.` },
  );
}
