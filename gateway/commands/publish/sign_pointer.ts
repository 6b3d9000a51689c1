import type { Call } from "../../../resolver/contracts.ts";
import { PointerRefusedError } from "../../../resolver/errors.ts";
import { personalMessageDigest } from "../../../resolver/signature.ts";
import type { Verifier } from "../../../resolver/verify.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";
import { type Address, checksumAddress } from "../../../schemas/identity.ts";
import {
  pointerText,
  serializePointer,
  type UnsignedPointer,
  type VerifiedPointer,
} from "../../../schemas/pointer.ts";
import { normaliseSignature } from "./signers/normalise.ts";
import type { Signer } from "./signers/signer.ts";

/**
 * Has a pointer signed, and checks the signature as every reader will: a wallet may sign with another
 * account, and a signature made elsewhere may be for another text. Throws OurSpaceError.
 */
export async function signPointer(
  unsigned: UnsignedPointer,
  signer: Signer,
  verifier: Verifier,
  call: Call,
): Promise<VerifiedPointer> {
  const text = pointerText(unsigned);
  const signature = normaliseSignature(await signer.sign(text, call));
  try {
    return await verifier.verify(serializePointer({ ...unsigned, signature }), unsigned.identity);
  } catch (cause) {
    if (!(cause instanceof PointerRefusedError) || cause.reason !== "bad-signature") throw cause;
    throw await wrongSignature(text, signature, signer.address, cause);
  }
}

async function wrongSignature(
  text: string,
  signature: `0x${string}`,
  wanted: Address,
  cause: unknown,
): Promise<OurSpaceError> {
  const { recoverAddress } = await import("viem/utils");
  const hash = personalMessageDigest(text);
  const maker = await recoverAddress({ hash, signature }).then(checksumAddress, () => null);
  const whose = maker === null ? "nobody's" : `${maker}'s`;
  return new OurSpaceError(`The signature is ${whose} over this text, not ${wanted}'s.`, {
    remedy: "Either another account signed, or another text: the content, the locations and the " +
      "timestamp have to be the same as when the text was printed. Sign this text again, with the " +
      "right account.",
    cause,
  });
}
