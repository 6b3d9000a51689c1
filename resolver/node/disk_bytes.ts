/** Files take whole pages of the disk: else a stranger's blocks of one byte would fill it uncounted. */
const PAGE_BYTES = 4_096;

/** What a file of so many bytes takes. */
export function diskBytes(length: number): number {
  return Math.max(1, Math.ceil(length / PAGE_BYTES)) * PAGE_BYTES;
}
