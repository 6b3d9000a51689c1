const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** `1.4 MB`, in powers of a thousand. */
export function formatBytes(bytes: number): string {
  const power = bytes === 0 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  const number = bytes / 1_000 ** power;
  const digits = power === 0 || number >= 100 ? 0 : 1;
  return `${number.toFixed(digits)} ${UNITS[power]}`;
}
