import type { Call, Clock } from "../../../resolver/contracts.ts";
import type { DnsClient } from "../../../resolver/dns/client.ts";
import type { Node } from "../../../resolver/node/node.ts";
import type { OperatorRules } from "../../../resolver/rules/operator_rules.ts";
import type { Verifier } from "../../../resolver/verify.ts";
import type { Settings } from "../../../schemas/setting.ts";
import type { Name } from "../../../schemas/name.ts";
import type { VerifiedPointer } from "../../../schemas/pointer.ts";
import { holdersFrom } from "../../content_holders.ts";
import { type LookUpReport, lookUpReport } from "../../look_up_report.ts";
import { createParts } from "../../parts.ts";
import { visitNetwork } from "../visit_network.ts";

/** What a look-up from the command itself works with. */
export interface AskHereOptions {
  /** The data folder's node, held while the command runs. */
  readonly node: Node;
  readonly rules: OperatorRules;
  readonly settings: Settings;
  readonly verifier: Verifier;
  readonly dns: DnsClient;
  readonly clock: Clock;
  readonly report: (problem: unknown) => void;
}

/** Looks a name up as a node would, without one that runs. Throws like `lookUpReport`. */
export async function askHere(
  options: AskHereOptions,
  name: Name,
  { signal }: Call,
): Promise<LookUpReport> {
  const { node, rules, verifier, clock } = options;
  const network = await visitNetwork(options, { signal });
  try {
    const { identifier, sources, outbound } = await createParts({
      ...options,
      network,
      signal,
    });
    const holders = holdersFrom({ ...options, network, outbound });
    const accept = (pointer: VerifiedPointer) =>
      void node.pointers.put(pointer, { kind: "stranger", key: "look-up" });
    const parts = { identifier, sources, verifier, holders, clock, rules, accept };
    return await lookUpReport(name, parts, { signal });
  } finally {
    await network?.close();
  }
}
