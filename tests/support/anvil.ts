/** anvil on a free port of loopback: a JSON-RPC endpoint that holds unlocked keys. */
export interface Anvil extends AsyncDisposable {
  readonly rpcUrl: string;
}

const READY_MILLISECONDS = 30_000;

export async function startAnvil(program: string, args: readonly string[] = []): Promise<Anvil> {
  const process = new Deno.Command(program, {
    args: ["--port", "0", ...args],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const timer = setTimeout(() => reader.cancel(), READY_MILLISECONDS);
  let printed = "";
  let address: string | undefined;
  while (address === undefined) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`anvil did not start: ${printed}`);
    printed += value;
    address = /Listening on (\S+:\d+)\s/.exec(printed)?.[1];
  }
  clearTimeout(timer);
  const drained = (async () => {
    while (!(await reader.read()).done);
  })();
  return {
    rpcUrl: `http://${address}`,
    async [Symbol.asyncDispose]() {
      process.kill("SIGTERM");
      await Promise.all([process.status, drained]);
    },
  };
}
