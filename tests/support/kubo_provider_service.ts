import { type Service, startService } from "./services.ts";

/** As much of Kubo's RPC as providing needs. */
export interface ProvidingKubo extends Service {
  /** The CIDs that were provided, in order. */
  readonly provided: string[];
  /** The CIDs whose blocks were removed. */
  readonly removed: string[];
  /** How many were being provided at the same time, at most. */
  readonly mostAtOnce: () => number;
  /** What it answers `routing/provide` with from now on. */
  answer: () => Response | Promise<Response>;
}

/** A daemon that announces these multiaddresses as its own. */
export function providingKubo(addresses: readonly string[]): ProvidingKubo {
  const provided: string[] = [];
  const removed: string[] = [];
  let now = 0;
  let most = 0;
  const service = startService(async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const cid = searchParams.get("arg") ?? "";
    switch (pathname) {
      case "/api/v0/id":
        return Response.json({
          ID: "12D3KooW",
          Addresses: ["/ip4/192.0.2.1/tcp/4001", ...addresses],
        });
      case "/api/v0/config":
        return Response.json({ Key: cid, Value: addresses });
      case "/api/v0/block/put":
        await request.formData();
        return Response.json({ Key: "bafk", Size: 1 });
      case "/api/v0/block/rm":
        removed.push(cid);
        return Response.json({ Hash: cid });
      case "/api/v0/routing/provide": {
        most = Math.max(most, ++now);
        const response = await kubo.answer();
        now--;
        if (response.ok) provided.push(cid);
        return response;
      }
      default:
        return new Response("404 page not found", { status: 404 });
    }
  });
  const kubo: ProvidingKubo = Object.assign(service, {
    provided,
    removed,
    mostAtOnce: () => most,
    answer: (): Response | Promise<Response> => new Response(null),
  });
  return kubo;
}
