import { run } from "./run.ts";
import { needTool } from "./tools.ts";

/** A DNS zone with DNSSEC signatures made for this test. */
export interface SignedZone {
  /** Without a dot at its end: `secure.example`. */
  readonly name: string;
  /** Zone file lines, e.g. `_ourspace IN TXT "address=0x…"`. */
  readonly records: readonly string[];
  /** Changes the zone after it was signed, as somebody on the way would. */
  readonly tamper?: (zone: string) => string;
}

/** What a validating server needs to serve the zone and to trust its key. */
export interface SignedZoneFiles {
  readonly zoneFile: string;
  readonly anchor: string;
}

/** Signs the zone with new keys, in the folder. Needs bind9-utils. */
export async function signZone(zone: SignedZone, folder: string): Promise<SignedZoneFiles> {
  const keygen = await needTool("dnssec-keygen");
  const signer = await needTool("dnssec-signzone");
  const path = `${folder}/${zone.name}.zone`;
  await Deno.writeTextFile(path, zoneText(zone));
  const newKey = ["-q", "-a", "ECDSAP256SHA256", "-K", folder];
  const signingKey = (await run(keygen, [...newKey, "-f", "KSK", zone.name])).trim();
  await run(keygen, [...newKey, zone.name]);
  await run(signer, ["-S", "-K", folder, "-d", folder, "-o", zone.name, path]);
  const zoneFile = `${path}.signed`;
  const signed = await Deno.readTextFile(zoneFile);
  await Deno.writeTextFile(zoneFile, zone.tamper?.(signed) ?? signed);
  const key = await Deno.readTextFile(`${folder}/${signingKey}.key`);
  const anchor = key.split("\n").find((line) => !line.startsWith(";")) ?? "";
  return { zoneFile, anchor };
}

function zoneText({ name, records }: SignedZone): string {
  return [
    `$ORIGIN ${name}.`,
    "$TTL 300",
    `@ IN SOA ns.${name}. admin.${name}. 1 3600 600 86400 60`,
    "@ IN NS ns",
    "ns IN A 127.0.0.1",
    ...records,
    "",
  ].join("\n");
}
