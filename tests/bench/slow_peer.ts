/**
 * A peer that answers every question with one pointer after so many milliseconds, or never.
 * Prints its port.
 *
 *   slow_peer.ts <milliseconds | never> <pointer in wire form>
 */
const [delay = "never", pointer = ""] = Deno.args;

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => void Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`)),
}, async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (delay !== "never") setTimeout(resolve, Number(delay));
  await promise;
  return new Response(pointer, { headers: { "Content-Type": "application/json" } });
});
