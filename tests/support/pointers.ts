import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createVerifier } from "../../resolver/verify.ts";
import { checksumAddress, type Identity } from "../../schemas/identity.ts";
import {
  pointerText,
  serializePointer,
  type UnsignedPointer,
  type VerifiedPointer,
} from "../../schemas/pointer.ts";

/** The raw CID of the bytes `hello`. */
export const HELLO_CID = "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq";

/** A wallet of a test. */
export interface Signer {
  readonly identity: Identity;
  /** EIP-191 `personal_sign`. */
  sign(text: string): Promise<`0x${string}`>;
}

/** A wallet with a random key, or with the given one. */
export function makeSigner(privateKey: `0x${string}` = generatePrivateKey()): Signer {
  const account = privateKeyToAccount(privateKey);
  return {
    identity: { kind: "wallet", address: checksumAddress(account.address) },
    sign: (message) => account.signMessage({ message }),
  };
}

export type PointerFields = Partial<Omit<UnsignedPointer, "identity">>;

/** The wire form of a pointer that `signer` signed; fields that do not matter may be left out. */
export async function signPointer(
  signer: Signer,
  fields: PointerFields = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const unsigned: UnsignedPointer = {
    identity: signer.identity,
    timestamp: "2026-01-01T00:00:00.000Z",
    cid: HELLO_CID,
    locations: [],
    ...fields,
  };
  const signature = await signer.sign(pointerText(unsigned));
  return serializePointer({ ...unsigned, signature });
}

/** The same, verified. The time rule does not apply to it. */
export async function verifiedPointer(
  signer: Signer,
  fields: PointerFields = {},
): Promise<VerifiedPointer> {
  const verifier = createVerifier({ clock: () => Date.parse("9999-12-31T23:59:59.999Z") });
  return await verifier.verify(await signPointer(signer, fields));
}
