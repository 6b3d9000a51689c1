import type { Call } from "../../../resolver/contracts.ts";
import type { FollowedFeed } from "../../../resolver/keeping/followed_feed.ts";
import type { Name } from "../../../schemas/name.ts";
import type { Tools } from "../publish/tools.ts";
import { reachNode } from "../running_node.ts";
import { runningFollows } from "./running_follows.ts";
import { storedFollows } from "./stored_follows.ts";

/** Whom the node of this machine follows, whether it runs or not. */
export interface Follows extends AsyncDisposable {
  /** Where the node answers; null when none runs. */
  readonly url: string | null;
  all(call: Call): Promise<readonly FollowedFeed[]>;
  /** Throws OurSpaceError: the name leads nowhere, or could not be looked up. */
  add(name: Name, call: Call): Promise<Added>;
  /** False: it was not followed. */
  remove(name: Name, call: Call): Promise<boolean>;
}

/** Who is followed now. */
export interface Added {
  readonly identity: string;
  /** It was followed before. */
  readonly known: boolean;
}

/** Through the process that holds the data folder, or by holding it while the command runs. */
export async function openFollows(tools: Tools, call: Call): Promise<Follows> {
  const report = (problem: string) => tools.terminal.note(`Warning: ${problem}`);
  const node = await reachNode(tools.dataDir, tools.settings, report);
  return "running" in node
    ? runningFollows(node.running, tools.outbound)
    : await storedFollows(node, tools, call);
}
