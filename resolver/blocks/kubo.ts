import type { KuboRPCClient } from "kubo-rpc-client";
import type { CID } from "multiformats/cid";
import { OurSpaceError } from "../../schemas/errors.ts";
import { readCar } from "../content/car_reader.ts";
import { carLimits, contentLimits } from "../content/limits.ts";
import { decodeNode, type UnixfsNode } from "../content/unixfs.ts";
import { verifyContent } from "../content/verified.ts";
import type { BlockSource, Call, DagRequest, Part, SourceBlock } from "../contracts.ts";
import { OutboundError } from "../errors.ts";
import { kuboSetting } from "../kubo_setting.ts";
import type { Outbound } from "../outbound/outbound.ts";

/** Kubo's own words for a block that neither it nor its peers have; it has no status for that. */
const NOT_FOUND = /not found|could not find/i;

/**
 * A Kubo daemon, by block and by DAG, through its RPC. A daemon that is online fetches from the IPFS
 * network; a block that nobody has then ends in a time-out.
 */
export const kuboBlocks: Part<BlockSource> = {
  id: "kubo",
  settings: [kuboSetting],
  async create({ settings, outbound }) {
    const url = settings.get(kuboSetting);
    if (url === null) return [];
    // Takes about 100 ms to import, and the permission to count CPUs.
    const { create } = await import("kubo-rpc-client");
    const { block } = create({ url });
    const loadNode = async (cid: CID, call: Call) => {
      const bytes = await getBlock(block, cid, call);
      const content = bytes === null ? null : verifyContent(cid, bytes);
      return content === null ? null : await decodeNode(cid, content, contentLimits);
    };
    return [{
      id: "Kubo daemon",
      get: (cid, call) => getBlock(block, cid, call),
      dag: (request, call) => exportDag({ outbound, url, loadNode }, request, call),
    }];
  },
};

/**
 * The RPC exports whole DAGs alone, without a path and a range. Of a file that is the entity; a folder's
 * own blocks are a few, and come one by one.
 */
async function exportDag(
  { outbound, url, loadNode }: {
    outbound: Outbound;
    url: string;
    loadNode: (cid: CID, call: Call) => Promise<UnixfsNode | null>;
  },
  { root, path, scope, range }: DagRequest,
  call: Call,
): Promise<AsyncIterable<SourceBlock> | null> {
  if (path !== undefined || range !== undefined) return null;
  if (scope === "entity" && (await loadNode(root, call))?.kind !== "file") return null;
  const { status, body } = await outbound.fetch({
    url: `${url}/api/v0/dag/export?arg=${root}&progress=false`,
    method: "POST",
    trust: "operator",
    ...carLimits,
    maxRedirects: 0,
  }, call);
  if (status === 200) return (await readCar(body)).blocks;
  await body.cancel();
  return null;
}

async function getBlock(
  block: KuboRPCClient["block"],
  cid: CID,
  { signal }: Call,
): Promise<Uint8Array<ArrayBuffer> | null> {
  // The daemon is told when to give up: it would search on after this side has left.
  const options = { signal, timeout: contentLimits.blockMilliseconds };
  try {
    // The client takes a body of any size, so the size is asked for first.
    const { size } = await block.stat(cid, options);
    if (size > contentLimits.blockBytes) throw tooLarge(size);
    return new Uint8Array(await block.get(cid, options));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof OutboundError) throw error;
    const { message = "", response } = error as { message?: string; response?: Response };
    if (NOT_FOUND.test(message)) return null;
    throw response === undefined
      ? new OutboundError("It could not be reached.", { reason: "connection", cause: error })
      : new OurSpaceError(`It answered with status ${response.status}.`, { cause: error });
  }
}

function tooLarge(size: number): OutboundError {
  return new OutboundError(`It is larger than ${contentLimits.blockBytes} bytes: ${size}.`, {
    reason: "too-large",
  });
}
