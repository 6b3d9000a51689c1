import type { Call } from "../resolver/contracts.ts";
import type { Alarm } from "../resolver/deadline.ts";
import type { PointerNetwork } from "../resolver/network/network.ts";
import { pause } from "../resolver/peers/pause.ts";

/** Joining takes about a second; those who are to be joined may be starting, too. */
const PATIENCE_MILLISECONDS = 30_000;

/**
 * Says once that nobody has answered who could be joined: a mistyped BOOTSTRAP looks like a quiet
 * network. Never rejects.
 */
export async function warnWhenLonely(
  network: PointerNetwork,
  { report, ...waiting }: Call & { alarm: Alarm; report: (problem: string) => void },
): Promise<void> {
  try {
    await pause(PATIENCE_MILLISECONDS, waiting);
  } catch {
    return;
  }
  if (network.peers().length > 0) return;
  report(
    "No other node of the pointer network has answered yet. Check that those in BOOTSTRAP or PEERS " +
      "run, that this machine reaches them, and that BOOTSTRAP has their whole addresses as they " +
      "print them. This node goes on trying.",
  );
}
