import { systemAlarm } from "../../resolver/deadline.ts";
import { readAdminToken } from "../../resolver/node/admin_token.ts";
import { FolderInUseError } from "../../resolver/node/folder_lock.ts";
import { openNode } from "../../resolver/node/open_node.ts";
import type { Node } from "../../resolver/node/node.ts";
import { governNode } from "../../resolver/rules/govern_node.ts";
import { openRules } from "../../resolver/rules/open_rules.ts";
import type { OperatorRules } from "../../resolver/rules/operator_rules.ts";
import { OurSpaceError } from "../../schemas/errors.ts";
import type { Settings } from "../../schemas/setting.ts";
import { nodeLimits } from "../config/node_limits.ts";

/** A node that another process of this machine runs. */
export interface RunningNode {
  readonly url: string;
  readonly token: string;
}

/** The node itself, held by this process until it is closed. */
export interface HeldNode {
  /** It heeds the rules, as it does when it runs. */
  readonly held: Node;
  readonly rules: OperatorRules;
}

/**
 * The process that holds a data folder; or, when none does, the node itself. Throws OurSpaceError when
 * a process holds it that does not answer, and when there are rules that cannot be read.
 */
export async function reachNode(
  dataDir: string,
  settings: Settings,
  report: (problem: string) => void,
): Promise<{ readonly running: RunningNode } | HeldNode> {
  try {
    const node = await openNode({ dataDir, report, ...nodeLimits(settings) });
    return await withRules(node, settings, report);
  } catch (error) {
    if (!(error instanceof FolderInUseError)) throw error;
    const token = await readAdminToken(dataDir);
    const url = error.holder?.url ?? null;
    if (url === null || token === null) throw notReady(dataDir, error);
    return { running: { url, token } };
  }
}

async function withRules(
  node: Node,
  settings: Settings,
  report: (problem: string) => void,
): Promise<HeldNode> {
  const closing = new AbortController();
  const { signal } = closing;
  async function close(): Promise<void> {
    closing.abort();
    await node.close();
  }
  try {
    const rules = await openRules({ settings, alarm: systemAlarm, signal, report });
    return { held: { ...governNode(node, rules), close }, rules };
  } catch (error) {
    await close();
    throw error;
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
