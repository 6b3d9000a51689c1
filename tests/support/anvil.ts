import { untilPrinted } from "./until_printed.ts";

/** anvil on a free port of loopback: a JSON-RPC endpoint that holds unlocked keys. */
export interface Anvil extends AsyncDisposable {
  readonly rpcUrl: string;
}

const LISTENING = /Listening on (\S+:\d+)\s/;
const READY_MILLISECONDS = 30_000;

export async function startAnvil(program: string, args: readonly string[] = []): Promise<Anvil> {
  const process = new Deno.Command(program, {
    args: ["--port", "0", ...args],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const { match, drained } = await untilPrinted(process.stdout, LISTENING, READY_MILLISECONDS);
  return {
    rpcUrl: `http://${match[1]}`,
    async [Symbol.asyncDispose]() {
      process.kill("SIGTERM");
      await Promise.all([process.status, drained]);
    },
  };
}
