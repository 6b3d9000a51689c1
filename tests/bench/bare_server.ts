/**
 * What the gateway is measured against: `Deno.serve` that sends the bytes of a file, or 304, and
 * nothing else. Arguments: the file, or nothing for 304s. Prints its port.
 */
const [file] = Deno.args;
const bytes = file === undefined ? null : await Deno.readFile(file);

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => void Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`)),
}, () => new Response(bytes, { status: bytes === null ? 304 : 200 }));
