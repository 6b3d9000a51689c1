import type { FollowedFeed } from "../../../resolver/keeping/followed_feed.ts";
import { formatBytes } from "../../format_bytes.ts";
import { terminalText } from "../terminal_text.ts";
import { table } from "../table.ts";

/** At the end of its line, where nothing stands behind it that has to be in a column. */
const TITLE_COLUMNS = 40;

/** Whom this node follows, for people, line by line. `running`: a node runs and says how it is now. */
export function followingLines(
  feeds: readonly FollowedFeed[],
  { now, running }: { now: number; running: boolean },
): string[] {
  if (feeds.length === 0) {
    return ["Nobody is followed. `deno task follow <name>` follows somebody."];
  }
  return [
    ...table([
      ["NAME", "CONTENT", "SIZE", "PUBLISHED", "ASKED", "TITLE"],
      ...feeds.map((feed) => [
        feed.name,
        feed.state,
        formatBytes(feed.bytes),
        feed.timestamp === null ? "–" : age(now - Date.parse(feed.timestamp)),
        feed.checkedAt === 0 ? "–" : age(now - feed.checkedAt),
        terminalText(feed.title, TITLE_COLUMNS),
      ]),
    ], [2]),
    ...feeds.flatMap(remarks),
    ...(running ? [] : ["No node runs: this is how it was left. The next start goes on with it."]),
  ];
}

function remarks(feed: FollowedFeed): string[] {
  const { name, movedFrom, identity, nameProblem, reason, lookUpProblem } = feed;
  return [
    ...(movedFrom === null ? [] : [`It leads to ${identity} now; before it was ${movedFrom}.`]),
    ...[nameProblem, reason, lookUpProblem].filter((problem) => problem !== ""),
  ].map((remark) => `${name}: ${remark}`);
}

/** Whole units, the largest of which there are two. */
function age(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 2) return "just now";
  if (minutes < 2 * 60) return `${minutes} min ago`;
  if (minutes < 2 * 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return `${Math.floor(minutes / (24 * 60))} days ago`;
}
