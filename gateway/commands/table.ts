/** Rows in columns as wide as their widest cell; those in `numbers`, counted from 0, end in one line. */
export function table(
  rows: readonly (readonly string[])[],
  numbers: readonly number[] = [],
): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  );
  return rows.map((row) =>
    row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return numbers.includes(column) ? cell.padStart(width) : cell.padEnd(width);
    }).join("  ").trimEnd()
  );
}
