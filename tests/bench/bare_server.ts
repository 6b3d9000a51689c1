/**
 * What the gateway is measured against: a `Deno.serve` that sends one answer, whatever it is asked.
 * Argument: a JSON file with its status and headers, beside which `<file>.body` holds the body's bytes.
 * Prints its port.
 */
const [file = ""] = Deno.args;
const { status, headers }: { status: number; headers: Record<string, string> } = JSON.parse(
  await Deno.readTextFile(file),
);
const body = status === 304 ? null : await Deno.readFile(`${file}.body`);

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => void Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`)),
}, () => new Response(body, { status, headers }));
