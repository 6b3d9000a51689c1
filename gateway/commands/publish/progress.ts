import type { Terminal } from "./terminal.ts";

const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

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

/** `1.4 MB`, in powers of a thousand. */
export function formatBytes(bytes: number): string {
  const power = bytes === 0 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  const number = bytes / 1_000 ** power;
  const digits = power === 0 || number >= 100 ? 0 : 1;
  return `${number.toFixed(digits)} ${UNITS[power]}`;
}
