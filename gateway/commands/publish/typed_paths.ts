import { resolve } from "node:path";
import type { KeyChoice, PublishArguments } from "./arguments.ts";

/**
 * Paths mean what they mean where they were typed. Tasks run in the project's folder, wherever they
 * are called from; Deno and npm keep the caller's folder in `INIT_CWD`.
 */
export function withTypedPaths(args: PublishArguments, folder: string): PublishArguments {
  const path = args.path === null ? null : resolve(folder, args.path);
  const carFile = args.carFile === null ? null : resolve(folder, args.carFile);
  return { ...args, path, carFile, key: withTypedKeyPath(args.key, folder) };
}

function withTypedKeyPath(key: KeyChoice, folder: string): KeyChoice {
  if (key.kind === "key-file") return { ...key, path: resolve(folder, key.path) };
  if (key.kind !== "keystore") return key;
  const { passwordFile } = key;
  return {
    ...key,
    path: resolve(folder, key.path),
    passwordFile: passwordFile === null ? null : resolve(folder, passwordFile),
  };
}
