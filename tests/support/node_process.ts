/**
 * A process of its own for tests that kill or race one. What it acknowledges goes to standard output, a
 * line each.
 *
 *   hold <folder>             opens the node and says `held` or `in use`; ends with its input
 *   store <folder>            stores pointers and blocks until it is killed
 *   pin <folder>              stores, pins, evicts and lets go of blocks until it is killed
 *   provide <database>        takes provider records until it is killed, and says when they are written
 *   repair <folder>           opens the node, and says what it reports and stores until it is killed
 *   write <database> <key> <0|1>  offers 200 pointers of one wallet out of order, beside another process
 */
import { CID } from "multiformats/cid";
import * as raw from "multiformats/codecs/raw";
import { sha256 } from "multiformats/hashes/sha2";
import { systemAlarm } from "../../resolver/deadline.ts";
import { openProviderRecords } from "../../resolver/network/provider_records.ts";
import { FolderInUseError } from "../../resolver/node/folder_lock.ts";
import { openNode } from "../../resolver/node/open_node.ts";
import { openPointerDatabase } from "../../resolver/node/pointer_database.ts";
import { createPointerStore } from "../../resolver/node/pointer_store.ts";
import { identityText } from "../../schemas/identity.ts";
import { makeSigner, verifiedPointer } from "./pointers.ts";
import { SENDER } from "./nodes.ts";

/** What both writers of a race offer together ends here. */
export const WRITES = 200;

/** What the blocks of `pin` may take: 60 of them. */
export const PIN_QUOTA = 60 * 4_096;

export function instant(count: number): string {
  return new Date(Date.UTC(2026, 0, 1) + count).toISOString();
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function report(problem: string): never {
  throw new Error(problem);
}

async function hold(dataDir: string): Promise<void> {
  try {
    const node = await openNode({ dataDir, report });
    say("held");
    await Array.fromAsync(Deno.stdin.readable);
    await node.close();
  } catch (error) {
    if (!(error instanceof FolderInUseError)) throw error;
    say("in use");
  }
}

async function store(dataDir: string): Promise<void> {
  const node = await openNode({ dataDir, report });
  const signers = Array.from({ length: 5 }, () => makeSigner());
  for (let count = 0;; count++) {
    const signer = signers[count % signers.length] ?? makeSigner();
    const pointer = await verifiedPointer(signer, { timestamp: instant(count) });
    node.pointers.put(pointer, SENDER);
    say(`pointer ${identityText(signer.identity)} ${pointer.timestamp}`);
    const bytes = crypto.getRandomValues(new Uint8Array(10_000));
    const cid = CID.createV1(raw.code, await sha256.digest(bytes));
    await node.blocks.put(cid, bytes);
    say(`block ${cid}`);
  }
}

/** Of a store that is full all the time, a third of it pinned. */
async function pin(dataDir: string): Promise<void> {
  const node = await openNode({ dataDir, maxBlockBytes: PIN_QUOTA, report });
  await node.blocks.scanned;
  node.blocks.pins.settle();
  const { blocks: { pins }, blocks } = node;
  for (let before: CID | null = null;;) {
    const content = await Promise.all(Array.from({ length: 10 }, randomBlock));
    const root = content[0]?.cid ?? report("There is no root.");
    for (const { cid, bytes } of content) {
      const cached = await randomBlock();
      await Promise.all([blocks.put(cid, bytes, root), blocks.put(cached.cid, cached.bytes)]);
      say(`pinned ${root} ${cid}`);
    }
    say(`completing ${root}`);
    pins.complete(root);
    say(`complete ${root}`);
    if (before !== null) {
      say(`releasing ${before}`);
      await pins.release(before);
    }
    before = root;
  }
}

async function randomBlock() {
  const bytes = crypto.getRandomValues(new Uint8Array(100));
  return { cid: CID.createV1(raw.code, await sha256.digest(bytes)), bytes };
}

async function provide(path: string): Promise<void> {
  const records = await openProviderRecords(path, {
    clock: Date.now,
    alarm: (milliseconds, run) =>
      systemAlarm(milliseconds, () => {
        run();
        say("written");
      }),
    random: Math.random,
    report,
  });
  for (let count = 0;; count++) {
    const content = crypto.randomUUID();
    const provider = crypto.randomUUID();
    if (!records.add(content, provider, `sender ${count}`)) report("There is no room.");
    say(`provided ${content} ${provider}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function repair(dataDir: string): Promise<void> {
  const node = await openNode({ dataDir, report: say });
  node.pointers.onStored(() => say("stored"));
  await Array.fromAsync(Deno.stdin.readable);
  await node.close();
}

async function write(path: string, key: `0x${string}`, parity: number): Promise<void> {
  const database = await openPointerDatabase(path, (length) => new Uint8Array(length));
  const store = createPointerStore(database);
  const signer = makeSigner(key);
  const pointers = await Promise.all(
    Array.from(
      { length: WRITES },
      // 7 has no divisor in common with 200: every number once, in no order.
      (_, i) => verifiedPointer(signer, { timestamp: instant((i * 7 % WRITES) * 2 + parity) }),
    ),
  );
  for (const pointer of pointers) store.put(pointer, SENDER);
  database.connection.close();
}

if (import.meta.main) {
  const [command, path = "", key, parity] = Deno.args;
  if (command === "hold") await hold(path);
  if (command === "store") await store(path);
  if (command === "pin") await pin(path);
  if (command === "provide") await provide(path);
  if (command === "repair") await repair(path);
  if (command === "write") await write(path, `0x${key?.slice(2)}`, Number(parity));
}
