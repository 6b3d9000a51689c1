import { carBatches } from "../../../../resolver/content/car_batches.ts";
import { CAR_TYPE } from "../../../../resolver/content/car_reader.ts";
import type { Outbound } from "../../../../resolver/outbound/outbound.ts";
import { OurSpaceError } from "../../../../schemas/errors.ts";
import { askRunningNode } from "../../ask_running_node.ts";
import { problemDetail } from "../../problem_answer.ts";
import type { RunningNode } from "../../running_node.ts";
import type { ContentTarget } from "./place.ts";

/** For 8 MiB that the node hashes and writes to a slow disk. */
const BATCH_MILLISECONDS = 120_000;
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

function refused(status: number, body: string): OurSpaceError {
  return new OurSpaceError(
    `Your node refused the content with status ${status}. ${problemDetail(body)}`.trimEnd(),
    { remedy: "Check the node's log; what was stored so far does no harm." },
  );
}
