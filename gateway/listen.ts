import { OurSpaceError } from "../schemas/errors.ts";

/** Starts the HTTP server. Throws an OurSpaceError when nobody can listen there. */
export function listen(
  address: { hostname: string; port: number },
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ ...address, onListen: () => {} }, handler);
  } catch (cause) {
    const at = `${address.hostname}, port ${address.port}`;
    if (cause instanceof Deno.errors.AddrInUse) {
      throw new OurSpaceError(`Another program listens at ${at} already.`, {
        remedy: "End that program, or choose another port with PORT; 0 takes a free one.",
        cause,
      });
    }
    throw new OurSpaceError(`It is not possible to listen at ${at}.`, {
      remedy: "Set HOST to an address of this machine, and PORT to a port that you may use.",
      cause,
    });
  }
}
