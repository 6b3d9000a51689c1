/** The reader's way to say "from the beginning". */
const BEGINNING = "0";

/** `<store id>-<sequence>`: says which store's order it counts in, so that another store's is known as such. */
export function cursorText(storeId: string, sequence: number): string {
  return `${storeId}-${sequence}`;
}

/** The sequence behind a cursor; null when this store did not make it. */
export function parseCursor(storeId: string, cursor: string): number | null {
  if (cursor === BEGINNING) return 0;
  const sequence = /^([0-9a-f]{16})-(0|[1-9][0-9]{0,14})$/.exec(cursor);
  if (sequence === null || sequence[1] !== storeId) return null;
  return Number(sequence[2]);
}
