import type { ClockState } from "../../resolver/peers/clock_check.ts";
import type { Status } from "../status/status.ts";

/** A status in sentences. */
export interface StatusWords {
  readonly headline: string;
  readonly lead: string;
  /** What the operator should see to, the worst first. */
  readonly warnings: readonly string[];
}

/** Reports name folders of this machine, and anybody can open the page. */
const DAMAGE =
  "Something in the data folder was damaged, and repaired as far as it could be. The log " +
  "says what; what is missing comes back from the network as it is asked for.";

/** What matters most comes first. Pure. */
export function describeStatus(status: Status): StatusWords {
  const { peers, warnings } = status;
  const clock = peers?.clock ?? null;
  const { headline, lead } = place(status);
  return {
    headline: warnings.length > 0 || clock !== null ? "This node needs you" : headline,
    lead,
    warnings: [
      ...(clock === null ? [] : [clockWarning(clock)]),
      ...(warnings.length === 0 ? [] : [DAMAGE]),
    ],
  };
}

function place({ store, network, seeks, peers }: Status): { headline: string; lead: string } {
  if (store === null) {
    return {
      headline: "This gateway has no node",
      lead: "It keeps no pointers: it asks its peers for them.",
    };
  }
  if (network === null) {
    const followed = peers?.followed.length ?? 0;
    return {
      headline: "This node is alone",
      lead: "It takes no part in the pointer network; its log says why. It serves what it holds" +
        (followed === 0 ? "." : `, and follows ${count(followed, "chosen peer")}.`),
    };
  }
  const { connections, routingTable } = network.figures;
  if (connections === 0 && routingTable === 0 && seeks) {
    return {
      headline: "This node is looking for others",
      lead:
        "None of those that it knows of has answered yet. It goes on trying; until then only what is " +
        "published here is found here. If it stays so, check that they run, and that BOOTSTRAP and " +
        "PEERS name them as they name themselves.",
    };
  }
  if (connections === 0 && routingTable === 0) {
    return {
      headline: "This node knows nobody yet",
      lead:
        "Only what is published here is found here. To join others, set BOOTSTRAP to the address of " +
        "a node, or PEERS to that of a gateway, and start again; or give this node’s own address, below, " +
        "to somebody else.",
    };
  }
  if (connections === 0) {
    return {
      headline: "This node has lost the others",
      lead:
        `It knows ${
          count(routingTable, "node")
        } and is connected to none. It tries again by itself, ` +
        "and serves what it holds.",
    };
  }
  if (routingTable === 0) {
    return {
      headline: "This node can ask nobody yet",
      lead:
        `It is connected to ${count(connections, "peer")}, but may ask none of them: they only ` +
        "ask themselves, or their addresses are private. On a network of your own, set " +
        "ALLOW_PRIVATE to its range.",
    };
  }
  return {
    headline: "This node is well",
    lead: `It is connected to ${count(connections, "peer")} of the pointer network and holds the ` +
      `newest ${store.pointers === 1 ? "pointer" : "pointers"} of ${
        count(store.pointers, "wallet")
      }.`,
  };
}

/** The clock is a duty: what is signed is dated, and a pointer from the future is refused. */
function clockWarning({ offsetMilliseconds, peers }: ClockState): string {
  const minutes = Math.abs(offsetMilliseconds) / 60_000;
  const size = minutes >= 1.5 ? `${Math.round(minutes)} minutes` : "more than a minute";
  const way = offsetMilliseconds > 0 ? "behind" : "ahead of";
  const others = count(peers, "other node");
  return `This machine’s clock looks wrong: it is ${size} ${way} that of ${others}. ` +
    "Pointers are judged by their time: let the machine set its clock by NTP.";
}

function count(value: number, noun: string): string {
  return `${value.toLocaleString("en")} ${noun}${value === 1 ? "" : "s"}`;
}
