import type { Identity } from "../../schemas/identity.ts";

/** The account, for links and QR codes that wallets open. ERC-681: the chain stands after the address. */
export function paymentUri(identity: Identity): string {
  const chain = identity.kind === "contract" ? `@${identity.chainId}` : "";
  return `ethereum:${identity.address}${chain}`;
}
