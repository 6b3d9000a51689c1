import { recoverMessageAddress } from "viem/utils";
import { createVerifier } from "../../resolver/verify.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { median, time } from "./measure.ts";

/** Enough for a steady median: about a second in all. */
const RECORDS = 300;
/** The first ones only warm the machine up. */
const WARM_UP = 50;

const WHAT = "bare viem recoverMessageAddress";

/** What verifying a pointer costs: the whole of pointer.md, "Verification", by the bare recovery. */
export async function benchVerify(): Promise<string[]> {
  const records = await makeRecords();
  const { verify } = createVerifier({ clock: Date.now });
  const bare: number[] = [];
  const firstSight: number[] = [];
  const memoHit: number[] = [];
  // One after the other for each record, so that a busy machine slows all three alike.
  for (const { text: message, signature, bytes } of records) {
    bare.push(await time(() => recoverMessageAddress({ message, signature })));
    firstSight.push(await time(() => verify(bytes)));
    memoHit.push(await time(() => verify(bytes)));
  }
  const unit = median(bare.slice(WARM_UP));
  return [
    line("pointer verification (first sight)", median(firstSight.slice(WARM_UP)) / unit, "1.20"),
    line("pointer verification (seen before)", median(memoHit.slice(WARM_UP)) / unit, "0.20"),
  ];
}

async function makeRecords(): Promise<VerifiedPointer[]> {
  const records: VerifiedPointer[] = [];
  for (let at = 0; at < RECORDS; at++) {
    const timestamp = new Date(Date.UTC(2026, 0, 1) + at).toISOString();
    const locations = ["https://alice.example/feed.xml", "https://mirror.example/alice.xml"];
    records.push(await verifiedPointer(makeSigner(), { timestamp, locations }));
  }
  return records;
}

function line(name: string, ratio: number, limit: string): string {
  return `${name}: ${ratio.toFixed(2)} × of ${WHAT} (at most ${limit})`;
}
