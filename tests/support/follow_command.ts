import type { FollowedFeed } from "../../resolver/keeping/followed_feed.ts";
import { ROOT, taskCommand } from "./task_process.ts";

/** One of `deno task follow`, `unfollow` and `following` on the data folder of a node, as a person types it. */
export async function runFollowCommand(
  task: "follow" | "unfollow" | "following",
  words: readonly string[],
  dataFolder: string,
): Promise<{ readonly code: number; readonly result: string; readonly notes: string }> {
  const { command, args } = taskCommand(task, words);
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args,
    cwd: ROOT,
    env: {
      DENO_NO_UPDATE_CHECK: "1",
      NO_COLOR: "1",
      DATA_DIR: dataFolder,
      DNS: "127.0.0.1:9",
      TRUSTLESS_GATEWAYS: "",
    },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, result: text(stdout), notes: text(stderr) };
}

/** The only one who is followed. */
export async function followedBy(node: { url: string; dataFolder: string }): Promise<FollowedFeed> {
  const token = await Deno.readTextFile(`${node.dataFolder}/admin-token`);
  const response = await fetch(`${node.url}/v1/admin/follows`, {
    headers: { Authorization: `Bearer ${token.trim()}` },
  });
  const { followed } = await response.json();
  return followed[0];
}
