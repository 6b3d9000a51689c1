import type { Setting } from "../../schemas/setting.ts";
import { parseBaseUrls } from "../base_urls.ts";
import { UnavailableError } from "../errors.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { type Directory, fieldsOf, readProvider } from "./directory.ts";
import { jsonLines } from "./json_lines.ts";

export const delegatedRoutingSetting: Setting<readonly string[]> = {
  name: "DELEGATED_ROUTING",
  fallback: "",
  parse: parseBaseUrls,
  meaning:
    "Delegated Routing V1 services, comma separated: nodes are found through them where no " +
    "others are known.",
  danger: "These hosts learn whose feeds are read here, and are reached even when private.",
  secret: false,
};

/** Services send up to 100 records, of some 10 addresses each. */
const MAX_BYTES = 1024 * 1024;

/**
 * Asks a Delegated Routing V1 service (`GET /routing/v1/providers/{cid}`,
 * https://specs.ipfs.tech/routing/http-routing-v1/). `base` has no slash at the end.
 */
export function delegatedDirectory(
  base: string,
  outbound: Outbound,
  limits: { milliseconds: number },
): Directory {
  return {
    id: `routing ${new URL(base).host}`,
    async *providers(cid, call) {
      const { status, headers, body } = await outbound.fetch({
        url: `${base}/routing/v1/providers/${cid}`,
        trust: "operator",
        // Lines come as they are found; services that only know the older form send one object.
        headers: { "Accept": "application/x-ndjson, application/json;q=0.5" },
        maxBytes: MAX_BYTES,
        timeoutMilliseconds: limits.milliseconds,
      }, call);
      if (status !== 200) {
        await body.cancel();
        // "404: no matching records", in services of the specification's first years.
        if (status === 404) return;
        throw new UnavailableError(`${new URL(base).host} answered with ${status}.`);
      }
      const inLines = headers.get("Content-Type")?.includes("ndjson") ?? false;
      const records = inLines ? jsonLines(body, MAX_BYTES) : recordsOf(await text(body));
      for await (const record of records) {
        const provider = readProvider(record);
        if (provider !== null) yield provider;
      }
    },
  };
}

function text(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  return new Response(body).text();
}

/** The records of the form that is one object: `{"Providers":[…]}`. Throws UnavailableError. */
function recordsOf(json: string): readonly unknown[] {
  try {
    const { Providers: records } = fieldsOf(JSON.parse(json));
    // Go writes an empty list as null.
    return Array.isArray(records) ? records : [];
  } catch (error) {
    throw new UnavailableError("The routing service's answer is no JSON.", { cause: error });
  }
}
