import { OurSpaceError } from "../schemas/errors.ts";
import type { OpenedLocation } from "./contracts.ts";
import type { OutboundResponse } from "./outbound/outbound.ts";

/** What a location that is asked over HTTP delivers. Throws OurSpaceError for any status but 200. */
export async function openedLocation(response: OutboundResponse): Promise<OpenedLocation> {
  const { status, headers, body } = response;
  if (status === 200) return { body, mediaType: headers.get("Content-Type") ?? "" };
  await body.cancel();
  throw new OurSpaceError(`It answered with status ${status}.`);
}
