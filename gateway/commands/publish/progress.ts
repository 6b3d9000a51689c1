import { formatBytes } from "../../format_bytes.ts";
import type { Terminal } from "./terminal.ts";

/** Returns the listener that is told of bytes that are done, and shows the share of `total`. */
export function byteProgress(
  terminal: Terminal,
  step: string,
  total: number,
): (bytes: number) => void {
  let done = 0;
  return (bytes) => {
    done += bytes;
    const share = total === 0 ? 100 : Math.floor((100 * done) / total);
    terminal.progress(step, `${share} % of ${formatBytes(total)}`);
  };
}
