import { generateKeyPair, privateKeyFromRaw } from "@libp2p/crypto/keys";
import type { PrivateKey } from "@libp2p/interface";
import { OurSpaceError } from "../../schemas/errors.ts";
import { replaceFile } from "../node/replace_file.ts";

/** An Ed25519 private key with its public key behind it, as libp2p writes it. */
const KEY_BYTES = 64;

/**
 * The key that makes this node the same peer after a restart: made once, owner-only.
 * Throws an OurSpaceError when the file is damaged.
 */
export async function openPeerKey(dataDir: string): Promise<PrivateKey> {
  const path = `${dataDir}/peer.key`;
  const held = await readIfThere(path);
  if (held !== null) return parseKey(held, path);
  const key = await generateKeyPair("Ed25519");
  await replaceFile(path, key.raw);
  return key;
}

function parseKey(bytes: Uint8Array, path: string): PrivateKey {
  try {
    if (bytes.length !== KEY_BYTES) throw new RangeError(`${bytes.length} bytes`);
    return privateKeyFromRaw(bytes);
  } catch (cause) {
    throw new OurSpaceError(`${path} holds no peer key.`, {
      remedy: "Put the file back from a backup, or delete it: the next start makes a new key, " +
        "and with it another peer id and other addresses.",
      cause,
    });
  }
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
