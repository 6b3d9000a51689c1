import type { Call } from "../../../resolver/contracts.ts";
import type { NetworkPut } from "../../../resolver/network/network.ts";
import type { CID } from "multiformats/cid";
import type { VerifiedPointer } from "../../../schemas/pointer.ts";
import type { Announcer } from "./announcer.ts";
import { describeFailure } from "./places/describe_failure.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Puts the pointer into the network, if there is a way into it. That this fails does not undo the
 * publication: a node that holds the pointer puts it again by itself.
 */
export async function announce(
  pointer: VerifiedPointer,
  announcer: Announcer | null,
  terminal: Terminal,
  call: Call,
): Promise<NetworkPut | null> {
  if (announcer === null) return null;
  terminal.progress("Putting it into the network …");
  try {
    return await announcer.announce(pointer, call);
  } catch (error) {
    call.signal.throwIfAborted();
    const { message, remedy } = describeFailure(error);
    terminal.note(`Warning: it was not put into the network. ${message} ${remedy}`.trim());
    return null;
  }
}

/** How many nodes of the network hold the content already. That it is not known is no failure. */
export async function countInNetwork(
  root: CID | null,
  announcer: Announcer | null,
  terminal: Terminal,
  call: Call,
): Promise<number> {
  if (root === null || announcer === null) return 0;
  terminal.progress("Asking who holds it …");
  try {
    return await announcer.holders(root, call);
  } catch {
    call.signal.throwIfAborted();
    return 0;
  }
}
