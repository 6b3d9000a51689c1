import { readAdminToken } from "../../resolver/node/admin_token.ts";
import { FolderInUseError } from "../../resolver/node/folder_lock.ts";
import { openNode } from "../../resolver/node/open_node.ts";
import type { Node } from "../../resolver/node/node.ts";
import { OurSpaceError } from "../../schemas/errors.ts";
import type { Settings } from "../../schemas/setting.ts";
import { nodeLimits } from "../config/node_limits.ts";

/** A node that another process of this machine runs. */
export interface RunningNode {
  readonly url: string;
  readonly token: string;
}

/**
 * The process that holds a data folder; or, when none does, the node itself, held until it is closed.
 * Throws OurSpaceError when a process holds it that does not answer.
 */
export async function reachNode(
  dataDir: string,
  settings: Settings,
  report: (problem: string) => void,
): Promise<{ readonly running: RunningNode } | { readonly held: Node }> {
  try {
    return { held: await openNode({ dataDir, report, ...nodeLimits(settings) }) };
  } catch (error) {
    if (!(error instanceof FolderInUseError)) throw error;
    const token = await readAdminToken(dataDir);
    const url = error.holder?.url ?? null;
    if (url === null || token === null) throw notReady(dataDir, error);
    return { running: { url, token } };
  }
}

function notReady(dataDir: string, cause: FolderInUseError): OurSpaceError {
  return new OurSpaceError(
    `The data folder ${dataDir} is in use by a process that does not answer.`,
    {
      remedy:
        "Either your node is just starting, or another command is at work: try again in a moment.",
      cause,
    },
  );
}
