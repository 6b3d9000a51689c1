import { CID } from "multiformats/cid";
import { fileURLToPath } from "node:url";
import { buildFolderDag } from "../resolver/content/dag_builder.ts";
import type { Call } from "../resolver/contracts.ts";
import type { Node } from "../resolver/node/node.ts";
import type { Verifier } from "../resolver/verify.ts";
import { OurSpaceError } from "../schemas/errors.ts";
import { identityText } from "../schemas/identity.ts";
import { listFolder } from "./commands/publish/files.ts";

const FOLDER = new URL("./welcome/feed/", import.meta.url);
const POINTER = new URL("./welcome/pointer.json", import.meta.url);

/**
 * Puts the welcome feed, which ships with the gateway, into the node: from there it is found, verified
 * and shown like any other. Its key was thrown away after it had signed once. Returns the feed's path; null
 * when the operator's rules refuse it.
 */
export async function installWelcome(
  parts: { node: Node; verifier: Verifier },
  call: Call,
): Promise<string | null> {
  const { node, verifier } = parts;
  const pointer = await verifier.verify(await Deno.readFile(POINTER));
  // The root is stored last and the pointer after it, so an install that was killed is done again.
  if (!await node.blocks.has(CID.parse(pointer.cid))) {
    const { files } = await listFolder(fileURLToPath(FOLDER), [], call);
    const dag = await buildFolderDag(files, call);
    if (dag.root.toString() !== pointer.cid) {
      throw new OurSpaceError("The welcome feed is not the one that was signed.", {
        remedy: "Restore gateway/welcome/ as it was published.",
      });
    }
    for await (const { cid, bytes } of dag.blocks(call)) await node.blocks.put(cid, bytes);
  }
  // Not as the operator's own: every node has it, and not every one has to bring it into the network.
  const { kind } = node.pointers.put(pointer, { kind: "peer", key: "welcome" });
  return kind === "refused" ? null : `/${identityText(pointer.identity)}`;
}
