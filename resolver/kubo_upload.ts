import { OurSpaceError } from "../schemas/errors.ts";
import { type CarBatch, carBatches } from "./content/car_batches.ts";
import type { Dag } from "./content/dag_builder.ts";
import type { Call } from "./contracts.ts";
import type { Outbound } from "./outbound/outbound.ts";
import { plainWords } from "./plain_words.ts";

/** For 8 MiB on a slow disk; the last batch is pinned, for which Kubo walks the whole DAG. */
const BATCH_MILLISECONDS = 120_000;
/** A line for each root, and errors. */
const MAX_ANSWER_BYTES = 65_536;

/**
 * Puts a DAG into a Kubo daemon and pins it there, which fails unless every block has arrived.
 * `url` is the RPC address. Throws OurSpaceError with Kubo's words, OutboundError.
 *
 * The requests are made here: kubo-rpc-client cannot upload on this runtime.
 */
export async function uploadToKubo(
  dag: Dag,
  url: string,
  outbound: Outbound,
  call: Call,
  onSent: (bytes: number) => void,
): Promise<void> {
  for await (const batch of carBatches(dag, call)) {
    const answer = await importBatch(batch, url, outbound, call);
    if (batch.last) checkPinned(answer, dag);
    onSent(batch.byteCount);
  }
}

async function importBatch(
  { car, last }: CarBatch,
  url: string,
  outbound: Outbound,
  call: Call,
): Promise<string> {
  const form = new FormData();
  form.set("file", new Blob([car]), "content.car");
  const response = await outbound.fetch({
    url: `${url}/api/v0/dag/import?pin-roots=${last}`,
    method: "POST",
    trust: "operator",
    body: form,
    maxBytes: MAX_ANSWER_BYTES,
    timeoutMilliseconds: BATCH_MILLISECONDS,
    maxRedirects: 0,
  }, call);
  const text = await new Response(response.body).text();
  if (response.status === 200) return text;
  throw new OurSpaceError(
    `Kubo refused the content with status ${response.status}: ${plainWords(text)}`,
    {
      remedy: "Check that KUBO_RPC_URL is the RPC address of a running Kubo daemon.",
    },
  );
}

/** The answer has a JSON object a line; the root's carries Kubo's objection to pinning, or none. */
function checkPinned(answer: string, dag: Dag): void {
  const pinned = answer.includes(`"${dag.root}"`) && /"PinErrorMsg"\s*:\s*""/.test(answer);
  if (pinned) return;
  throw new OurSpaceError(`Kubo did not keep the content: ${plainWords(answer)}`, {
    remedy: "Publish again; if it stays so, check the daemon's log and its free space.",
  });
}
