import type { Node } from "../../resolver/node/node.ts";
import type { Metric } from "./metrics.ts";

/** What a process is and holds. `startedAt`: milliseconds since 1970. */
export function processMetrics(options: {
  startedAt: number;
  node: Node | null;
}): readonly Metric[] {
  const { startedAt, node } = options;
  const started: Metric = {
    name: "process_start_time_seconds",
    help: "When the process started, seconds since 1970.",
    type: "gauge",
    read: () => startedAt / 1_000,
  };
  if (node === null) return [started];
  const pointers: Metric = {
    name: "ourspace_pointers",
    help: "Identities whose newest pointer the node holds.",
    type: "gauge",
    read: () => node.pointers.count(),
  };
  return [started, pointers];
}
