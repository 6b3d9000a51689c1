import { parseArgs } from "node:util";
import { OurSpaceError } from "../../../schemas/errors.ts";
import { type Address, parseIdentity } from "../../../schemas/identity.ts";
import { locationFault } from "../../../schemas/location.ts";
import { parseOnionUrl } from "../../config/onion_url.ts";

/** How the pointer gets its signature. */
export type KeyChoice =
  | { readonly kind: "key-file"; readonly path: string }
  | { readonly kind: "keystore"; readonly path: string; readonly passwordFile: string | null }
  | { readonly kind: "json-rpc"; readonly url: string; readonly account: Address | null }
  | {
    readonly kind: "signature";
    readonly signature: string;
    readonly timestamp: string;
    readonly account: Address;
  }
  /** `--dry-run` with `--account`: nobody signs. */
  | { readonly kind: "address-only"; readonly account: Address }
  | { readonly kind: "environment" };

/** The command line cannot be understood, or asks for something that does not exist. */
export class WrongArgumentsError extends OurSpaceError {
  override name = "WrongArgumentsError";
}

/** What the command line asks for. */
export interface PublishArguments {
  /** A feed file or a folder; null when the feed is withdrawn. */
  readonly path: string | null;
  readonly key: KeyChoice;
  /** The account that the key has to be of, when the user named it. */
  readonly account: Address | null;
  readonly locations: readonly string[];
  /** The origin of the onion service that leads to this node; `configured`: the one of the settings. */
  readonly onion: string | "configured" | null;
  /** Where the content is written to as a CAR file, too; null for nowhere. */
  readonly carFile: string | null;
  readonly dryRun: boolean;
  /** Go on without asking. */
  readonly yes: boolean;
}

const OPTIONS = {
  "key-file": { type: "string" },
  "keystore": { type: "string" },
  "password-file": { type: "string" },
  "rpc": { type: "string" },
  "account": { type: "string" },
  "signature": { type: "string" },
  "timestamp": { type: "string" },
  "location": { type: "string", multiple: true },
  "onion": { type: "string" },
  "car": { type: "string" },
  "withdraw": { type: "boolean" },
  "dry-run": { type: "boolean" },
  "yes": { type: "boolean", short: "y" },
  "help": { type: "boolean", short: "h" },
} as const;

/** Null: `--help`. Throws WrongArgumentsError that says which argument is wrong. */
export function parsePublishArguments(args: readonly string[]): PublishArguments | null {
  const { values, positionals } = parseOptions(args);
  if (values.help) return null;
  checkFilled(values);
  const account = values.account === undefined ? null : parseAccount(values.account);
  const dryRun = values["dry-run"] ?? false;
  return {
    path: parsePath(positionals, values.withdraw ?? false),
    key: parseKey(values, account, dryRun),
    account,
    locations: parseLocations(values.location ?? [], values.withdraw ?? false),
    onion: parseOnion(values.onion, values.withdraw ?? false),
    carFile: parseCarFile(values.car ?? null, values.withdraw ?? false),
    dryRun,
    yes: values.yes ?? false,
  };
}

type Values = ReturnType<typeof parseOptions>["values"];

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({ args: args.map(withOnionValue), options: OPTIONS, allowPositionals: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split(". ")[0] : "";
    throw wrong(reason || "The arguments cannot be read", cause);
  }
}

/** As a path the empty text would be the current folder: more often it is a script's unset variable. */
function checkFilled(values: Values): void {
  for (const [option, value] of Object.entries(values)) {
    if (value === "" && option !== "onion") throw wrong(`The value of --${option} is empty`);
  }
}

function parsePath(positionals: readonly string[], withdraw: boolean): string | null {
  const [path, ...more] = positionals;
  if (more.length > 0) throw wrong(`Only one feed can be published at a time, not also ${more[0]}`);
  if (withdraw && path !== undefined) throw wrong("--withdraw takes no feed file or folder");
  if (!withdraw && !path) throw wrong("No feed file or folder is named");
  return path ?? null;
}

function parseLocations(locations: readonly string[], withdraw: boolean): readonly string[] {
  if (withdraw && locations.length > 0) throw wrong("--withdraw takes no --location");
  for (const location of locations) {
    const fault = locationFault(location);
    if (fault !== null) throw wrong(`--location ${location} cannot be used: ${fault}`);
  }
  return locations;
}

function parseCarFile(path: string | null, withdraw: boolean): string | null {
  if (withdraw && path !== null) throw wrong("--withdraw takes no --car");
  return path;
}

/** `--onion` alone has an empty value: only an address behind it is one, never the feed's path. */
function withOnionValue(argument: string, index: number, args: readonly string[]): string {
  const hasValue = /^https?:\/\//.test(args[index + 1] ?? "");
  return argument === "--onion" && !hasValue ? "--onion=" : argument;
}

function parseOnion(value: string | undefined, withdraw: boolean): PublishArguments["onion"] {
  if (value === undefined) return null;
  if (withdraw) throw wrong("--withdraw takes no --onion");
  if (value === "") return "configured";
  try {
    return parseOnionUrl(value);
  } catch (cause) {
    throw wrong(`--onion ${value} is no address of an onion service`, cause);
  }
}

function parseKey(values: Values, account: Address | null, dryRun: boolean): KeyChoice {
  const { "key-file": keyFile, keystore, rpc, signature, timestamp } = values;
  const ways = [keyFile, keystore, rpc, signature].filter((way) => way !== undefined);
  if (ways.length > 1) {
    throw wrong("Choose one of --key-file, --keystore, --rpc and --signature, not several");
  }
  if (values["password-file"] !== undefined && keystore === undefined) {
    throw wrong("--password-file goes with --keystore");
  }
  if (timestamp !== undefined && signature === undefined) {
    throw wrong("--timestamp goes with --signature");
  }
  if (keyFile !== undefined) return { kind: "key-file", path: keyFile };
  if (keystore !== undefined) {
    return { kind: "keystore", path: keystore, passwordFile: values["password-file"] ?? null };
  }
  if (rpc !== undefined) return { kind: "json-rpc", url: parseRpcUrl(rpc), account };
  if (signature !== undefined) {
    if (account === null || timestamp === undefined) {
      throw wrong("--signature needs --account and --timestamp, as --dry-run printed them");
    }
    if (dryRun) throw wrong("--dry-run signs nothing: leave out --signature");
    return { kind: "signature", signature, timestamp, account };
  }
  if (dryRun && account !== null) return { kind: "address-only", account };
  return { kind: "environment" };
}

function parseAccount(text: string): Address {
  const identity = parseIdentity(text);
  if (identity.kind === "wallet") return identity.address;
  throw wrong("Contract accounts cannot publish yet: --account takes a wallet address (0x…)");
}

function parseRpcUrl(text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url.href;
  throw wrong("--rpc takes a URL that starts with http:// or https://");
}

function wrong(message: string, cause?: unknown): WrongArgumentsError {
  const remedy = "`deno task publish --help` shows every argument.";
  return new WrongArgumentsError(`${message}.`, { remedy, cause });
}
