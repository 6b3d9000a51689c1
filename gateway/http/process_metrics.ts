import process from "node:process";
import type { Metric } from "./metrics.ts";

/** What a process is. `startedAt`: milliseconds since 1970. */
export function processMetrics({ startedAt }: { startedAt: number }): readonly Metric[] {
  return [
    {
      name: "process_start_time_seconds",
      help: "When the process started, seconds since 1970.",
      type: "gauge",
      read: () => startedAt / 1_000,
    },
    {
      name: "process_resident_memory_bytes",
      help: "Memory that the process occupies.",
      type: "gauge",
      read: () => Deno.memoryUsage().rss,
    },
    {
      name: "process_cpu_seconds_total",
      help: "Processor time that the process has used, its own and the system's for it.",
      type: "counter",
      read: () => {
        const { user, system } = process.cpuUsage();
        return (user + system) / 1_000_000;
      },
    },
  ];
}
