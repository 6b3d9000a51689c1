/**
 * SHA-256 in hex. Large bodies are compared by it: to show where two of them differ takes an assertion
 * minutes.
 */
export async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
