import type { Call } from "../../../../resolver/contracts.ts";
import type { Address } from "../../../../schemas/identity.ts";

/** What can sign for one account. What it gives is checked by the caller like any stranger's. */
export interface Signer {
  readonly address: Address;
  /** Signs the text by EIP-191 `personal_sign`; may wait for a person. Returns hex in any usual form. */
  sign(text: string, call: Call): Promise<string>;
}
