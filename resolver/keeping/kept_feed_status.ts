import type { Figures } from "../content/tally.ts";
import type { KeptContent } from "./keep_content.ts";

/** How it is with one identity's feed. The figures are of what is kept of it. */
export interface KeptFeedStatus extends Figures {
  /** `waiting`: no pointer is known, or its turn has not come. */
  readonly state: "waiting" | "loading" | "withdrawn" | KeptContent["outcome"];
  /** What is in the way, for people; empty when nothing is. */
  readonly reason: string;
  /** When everybody was last asked for a newer pointer, milliseconds since 1970; 0 = not yet. */
  readonly checkedAt: number;
  /** Why the last look-up failed; empty when it did not. */
  readonly lookUpProblem: string;
  /** The feed's, as it was read last: a stranger's text. Empty when none was read. */
  readonly title: string;
}

/** Of whom nothing is known yet. */
export const NOT_BEGUN: KeptFeedStatus = {
  state: "waiting",
  reason: "",
  blocks: 0,
  bytes: 0,
  checkedAt: 0,
  lookUpProblem: "",
  title: "",
};
