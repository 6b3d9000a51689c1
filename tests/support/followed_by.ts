import type { FollowedFeed } from "../../resolver/keeping/followed_feed.ts";

/** The only one who is followed. */
export async function followedBy(node: { url: string; dataFolder: string }): Promise<FollowedFeed> {
  const token = await Deno.readTextFile(`${node.dataFolder}/admin-token`);
  const response = await fetch(`${node.url}/v1/admin/follows`, {
    headers: { Authorization: `Bearer ${token.trim()}` },
  });
  const { followed } = await response.json();
  return followed[0];
}
