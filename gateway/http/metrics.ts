/** One figure of the Prometheus text format, read when it is asked for. */
export interface Metric {
  /** With its unit as the last word, e.g. `ourspace_pointers`. Counters end in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  /** One value, or one for each value of the label that the key names. */
  readonly read: () => number | {
    readonly label: string;
    readonly values: ReadonlyMap<string, number>;
  };
}

/** The media type of `renderMetrics`. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** The Prometheus text format, version 0.0.4. Names and labels are ours: nothing has to be escaped. */
export function renderMetrics(metrics: readonly Metric[]): string {
  return metrics.map(({ name, help, type, read }) => {
    const value = read();
    const samples = typeof value === "number"
      ? [`${name} ${value}`]
      : [...value.values].map(([key, number]) => `${name}{${value.label}="${key}"} ${number}`);
    return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples, ""].join("\n");
  }).join("");
}
