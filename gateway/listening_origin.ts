/** Where a browser on this machine finds what listens at an address, e.g. `http://127.0.0.1:8000`. */
export function listeningOrigin(
  { hostname, port }: Pick<Deno.NetAddr, "hostname" | "port">,
): string {
  // Listening everywhere is no place to go to.
  if (hostname === "0.0.0.0" || hostname === "::") return `http://localhost:${port}`;
  return `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}
