/** The raw CID of zero bytes. A pointer to it means: withdrawn (pointer.md, "Withdrawn"). */
export const WITHDRAWN_CID = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

/**
 * CIDv1, raw or dag-pb, sha2-256 of 32 bytes, in base32 lower case. The header is the bytes
 * 01 55 12 20 (raw) or 01 70 12 20 (dag-pb): `afkrei` or `afybei` and two bits of the next
 * character. The last character carries three bits and two of padding, which are zero.
 */
const CONTENT_CID = /^b(?:afkrei|afybei)[a-h][a-z2-7]{50}[aeimquy4]$/;

/** True for the one text form of a CID that a pointer may carry (pointer.md, "cid"). */
export function isContentCid(text: string): boolean {
  return CONTENT_CID.test(text);
}
