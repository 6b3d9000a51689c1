import { carBatches } from "../../../../resolver/content/car_batches.ts";
import type { Outbound } from "../../../../resolver/outbound/outbound.ts";
import { OurSpaceError } from "../../../../schemas/errors.ts";
import type { ContentTarget } from "./place.ts";
import { problemDetail } from "../../problem_answer.ts";

/** For 8 MiB that the node hashes and writes to a slow disk. */
const BATCH_MILLISECONDS = 120_000;
const MAX_ANSWER_BYTES = 65_536;

/** The block store of the node that runs on this machine, through its admin API. */
export function runningNodeTarget(
  name: string,
  url: string,
  token: string,
  outbound: Outbound,
): ContentTarget {
  return {
    name,
    async store(dag, call, onStored) {
      for await (const { car, byteCount } of carBatches(dag, call)) {
        const response = await outbound.fetch({
          url: `${url}/v1/admin/dag`,
          method: "POST",
          trust: "operator",
          headers: {
            "Content-Type": "application/vnd.ipld.car",
            "Authorization": `Bearer ${token}`,
          },
          body: car,
          maxBytes: MAX_ANSWER_BYTES,
          timeoutMilliseconds: BATCH_MILLISECONDS,
          maxRedirects: 0,
        }, call);
        const text = await new Response(response.body).text();
        if (response.status !== 200) throw refused(response.status, text);
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
