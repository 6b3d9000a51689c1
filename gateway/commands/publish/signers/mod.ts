import type { Call } from "../../../../resolver/contracts.ts";
import type { Outbound } from "../../../../resolver/outbound/outbound.ts";
import { OurSpaceError } from "../../../../schemas/errors.ts";
import type { Address } from "../../../../schemas/identity.ts";
import type { KeyChoice } from "../arguments.ts";
import type { Terminal } from "../terminal.ts";
import { createJsonRpcSigner } from "./json_rpc.ts";
import { decryptKeystore } from "./keystore.ts";
import { createPrivateKeySigner } from "./private_key.ts";
import { readSecretFile } from "./secret_file.ts";
import type { Signer } from "./signer.ts";

/** Environment variables that hold secrets; the gateway's settings know nothing of them. */
const PRIVATE_KEY_VARIABLE = "OURSPACE_PRIVATE_KEY";
const PASSWORD_VARIABLE = "OURSPACE_KEYSTORE_PASSWORD";

/** What signers read and write. */
export interface SignerContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly outbound: Outbound;
}

/**
 * Makes the signer that the command line chose. Throws OurSpaceError; none of its texts holds a
 * secret.
 */
export async function openSigner(
  { key, account }: { key: KeyChoice; account: Address | null },
  context: SignerContext,
  call: Call,
): Promise<Signer> {
  const signer = await openChosen(key, context, call);
  if (account === null || account === signer.address) return signer;
  throw new OurSpaceError(`The key is that of ${signer.address}, not of ${account}.`, {
    remedy: "Name the key of that account, or leave out --account.",
  });
}

async function openChosen(
  choice: KeyChoice,
  context: SignerContext,
  call: Call,
): Promise<Signer> {
  const { terminal } = context;
  switch (choice.kind) {
    case "key-file":
      return await createPrivateKeySigner(await readSecretFile(choice.path, terminal), choice.path);
    case "keystore": {
      const file = await readSecretFile(choice.path, terminal);
      const password = await keystorePassword(choice.passwordFile, context, call);
      const key = await decryptKeystore(
        file,
        password,
        call,
        (share) => terminal.progress("Opening the keystore", `${Math.round(share * 100)} %`),
      );
      return await createPrivateKeySigner(key, choice.path);
    }
    case "json-rpc":
      return await createJsonRpcSigner({
        ...choice,
        outbound: context.outbound,
        onWaiting: () => terminal.note("Waiting for the signature: confirm it in your wallet …"),
      }, call);
    case "signature":
      return { address: choice.account, sign: () => Promise.resolve(choice.signature) };
    case "address-only":
      return { address: choice.account, sign: () => Promise.reject(noKey()) };
    case "environment": {
      const key = context.environment[PRIVATE_KEY_VARIABLE];
      if (key === undefined || key.trim() === "") throw noKey();
      return await createPrivateKeySigner(key, PRIVATE_KEY_VARIABLE);
    }
  }
}

async function keystorePassword(
  passwordFile: string | null,
  { environment, terminal }: SignerContext,
  call: Call,
): Promise<string> {
  if (passwordFile !== null) {
    const text = await readSecretFile(passwordFile, terminal);
    return text.replace(/\r?\n$/, "");
  }
  const password = environment[PASSWORD_VARIABLE] ??
    await terminal.askSecret("Password of the keystore (not shown): ", call);
  if (password !== null) return password;
  throw new OurSpaceError("The keystore's password is missing.", {
    remedy: `Give --password-file, or set ${PASSWORD_VARIABLE}.`,
  });
}

function noKey(): OurSpaceError {
  return new OurSpaceError("There is no key to sign with.", {
    remedy: `A pointer is signed by an Ethereum account; it needs no coins. Choose one of:
  --key-file FILE     a file with the private key in hexadecimal; to make a new account:
                      (umask 077; openssl rand -hex 32 > ourspace.key)
  --keystore FILE     a wallet's keystore file, protected by a password
  --rpc URL           a wallet or a hardware wallet's bridge with personal_sign [--account 0x…]
  --dry-run --account 0x…   prints the text to be signed anywhere else; then --signature
  ${PRIVATE_KEY_VARIABLE}=…   the private key in the environment`,
  });
}
