declare const checksummed: unique symbol;

/** An Ethereum address whose mixed case is its EIP-55 checksum. Only `checksumAddress` makes one. */
export type Address = `0x${string}` & { readonly [checksummed]: true };

/**
 * The account behind a name. A wallet's key signs; a contract account answers for itself on its
 * chain. The two never mean each other, not even for the same address on chain 1.
 */
export type Identity =
  | { readonly kind: "wallet"; readonly address: Address }
  | { readonly kind: "contract"; readonly chainId: number; readonly address: Address };
