import { OurSpaceError } from "../../../../schemas/errors.ts";

/** Keystore files have about 500 bytes. */
const MAX_CHARACTERS = 65_536;
/** scrypt's memory, 128 × n × r bytes. Wallets use 256 MiB (n 262,144, r 8). */
const MAX_SCRYPT_BYTES = 536_870_912;
/** Wallets use 262,144; ten million take some seconds. */
const MAX_PBKDF2_ITERATIONS = 10_000_000;

/** What the password has to be put through, with the file's own costs. */
export type KeyDerivation =
  | {
    readonly kind: "scrypt";
    readonly salt: Uint8Array<ArrayBuffer>;
    readonly length: number;
    readonly n: number;
    readonly r: number;
    readonly p: number;
  }
  | {
    /** With HMAC-SHA-256. */
    readonly kind: "pbkdf2";
    readonly salt: Uint8Array<ArrayBuffer>;
    readonly length: number;
    readonly iterations: number;
  };

/** An encrypted private key: Web3 Secret Storage, version 3. */
export interface Keystore {
  readonly derivation: KeyDerivation;
  readonly ciphertext: Uint8Array<ArrayBuffer>;
  readonly iv: Uint8Array<ArrayBuffer>;
  /** Lower-case hex. */
  readonly mac: string;
}

/** Throws OurSpaceError that says what is missing or not supported. */
export function parseKeystore(text: string): Keystore {
  if (text.length > MAX_CHARACTERS) throw noKeystore("it is too large");
  const file = parseObject(text);
  if (file["version"] !== 3) throw noKeystore("its version is not 3");
  // geth's oldest files write `Crypto`.
  const crypto = objectIn(file, "crypto" in file ? "crypto" : "Crypto");
  const cipher = textIn(crypto, "cipher");
  if (cipher !== "aes-128-ctr") throw noKeystore(`its cipher is ${cipher}, not aes-128-ctr`);
  const iv = bytesIn(objectIn(crypto, "cipherparams"), "iv");
  const ciphertext = bytesIn(crypto, "ciphertext");
  if (iv.length !== 16 || ciphertext.length !== 32) throw noKeystore("it holds no 32-byte key");
  const derivation = parseDerivation(textIn(crypto, "kdf"), objectIn(crypto, "kdfparams"));
  return { derivation, ciphertext, iv, mac: bytesIn(crypto, "mac").toHex() };
}

function parseDerivation(kind: string, parameters: Fields): KeyDerivation {
  const salt = bytesIn(parameters, "salt");
  const length = countIn(parameters, "dklen");
  // The cipher and the MAC use 16 bytes each.
  if (length < 32 || length > 128) throw noKeystore(`its derived key has ${length} bytes`);
  if (kind === "scrypt") {
    const [n, r, p] = [
      countIn(parameters, "n"),
      countIn(parameters, "r"),
      countIn(parameters, "p"),
    ];
    if (128 * n * r > MAX_SCRYPT_BYTES || p > 16) {
      throw noKeystore("opening it costs too much memory");
    }
    if (n < 2 || !Number.isInteger(Math.log2(n))) {
      throw noKeystore("its scrypt cost is no power of two");
    }
    return { kind, salt, length, n, r, p };
  }
  if (kind === "pbkdf2" && parameters["prf"] === "hmac-sha256") {
    const iterations = countIn(parameters, "c");
    if (iterations > MAX_PBKDF2_ITERATIONS) throw noKeystore("opening it costs too much time");
    return { kind, salt, length, iterations };
  }
  throw noKeystore(`its key derivation is ${kind}, neither scrypt nor pbkdf2 with hmac-sha256`);
}

type Fields = Readonly<Record<string, unknown>>;

function parseObject(text: string): Fields {
  try {
    return asFields(JSON.parse(text), "the whole");
  } catch (cause) {
    if (cause instanceof SyntaxError) throw noKeystore("it is no JSON");
    throw cause;
  }
}

function objectIn(fields: Fields, name: string): Fields {
  return asFields(fields[name], name);
}

function asFields(value: unknown, name: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw noKeystore(`${name} is no object`);
}

function textIn(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === "string") return value;
  throw noKeystore(`${name} is missing`);
}

function countIn(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
  throw noKeystore(`${name} is no positive number`);
}

function bytesIn(fields: Fields, name: string): Uint8Array<ArrayBuffer> {
  const hex = textIn(fields, name).replace(/^0x/i, "");
  if (/^([0-9a-f]{2})*$/i.test(hex)) return Uint8Array.fromHex(hex);
  throw noKeystore(`${name} is not written in hexadecimal`);
}

function noKeystore(reason: string): OurSpaceError {
  return new OurSpaceError(`This is no keystore file that can be opened: ${reason}.`, {
    remedy: "Give a Web3 keystore file (version 3), as `cast wallet new` or geth make it.",
  });
}
