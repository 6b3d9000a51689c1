import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { CID } from "multiformats/cid";
import * as raw from "multiformats/codecs/raw";
import { sha256 } from "multiformats/hashes/sha2";
import { generatePrivateKey } from "viem/accounts";
import { systemAlarm } from "../../resolver/deadline.ts";
import { openProviderRecords } from "../../resolver/network/provider_records.ts";
import type { Node } from "../../resolver/node/node.ts";
import { openNode } from "../../resolver/node/open_node.ts";
import { openPointerDatabase } from "../../resolver/node/pointer_database.ts";
import { createPointerStore } from "../../resolver/node/pointer_store.ts";
import { parseIdentity } from "../../schemas/identity.ts";
import { parsePointer, type VerifiedPointer } from "../../schemas/pointer.ts";
import { eventually } from "../support/eventually.ts";
import { instant, PIN_QUOTA, WRITES } from "../support/node_process.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { faultSeed, seeded } from "../support/seeded.ts";
import { temporaryFolder } from "../support/temporary.ts";

const SCRIPT = new URL("../support/node_process.ts", import.meta.url).href;

function start(...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--allow-all", SCRIPT, ...args],
    env: { DENO_NO_UPDATE_CHECK: "1" },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
}

/** The whole lines of a process, as they come. */
async function* lines(process: Deno.ChildProcess): AsyncGenerator<string> {
  let rest = "";
  for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}

async function assertHeld(node: Node, acknowledged: string): Promise<void> {
  const [kind, id = "", timestamp = ""] = acknowledged.split(" ");
  if (kind === "block") {
    assert.ok(await node.blocks.get(CID.parse(id)) !== null, `${acknowledged} is lost`);
    return;
  }
  const bytes = node.pointers.get(parseIdentity(id));
  assert.ok(
    bytes !== null && parsePointer(bytes).timestamp >= timestamp,
    `${acknowledged} is lost`,
  );
}

const seed = faultSeed();

Deno.test(`what a node acknowledged survives kill -9 at any moment (FAULT_SEED=${seed})`, async () => {
  await using folder = await temporaryFolder();
  const random = seeded(seed);
  const acknowledged: string[] = [];
  for (let round = 0; round < 3; round++) {
    const killAfter = 1 + Math.floor(random() * 150);
    const process = start("store", folder.path);
    let count = 0;
    for await (const line of lines(process)) {
      acknowledged.push(line);
      if (++count === killAfter) process.kill("SIGKILL");
    }
    await process.stdin.close();
    assert.equal((await process.status).signal, "SIGKILL");
    assert.ok(count >= killAfter);

    const node = await openNode({ dataDir: folder.path, report: assert.fail });
    for (const line of acknowledged) await assertHeld(node, line);
    await node.close();
    const database = new DatabaseSync(`${folder.path}/pointers.sqlite`);
    assert.equal(
      database.prepare("PRAGMA integrity_check").get()?.["integrity_check"],
      "ok",
    );
    database.close();
  }
});

Deno.test(`kill -9 while a full store evicts, pins and lets go loses nothing that was pinned (FAULT_SEED=${seed})`, async () => {
  await using folder = await temporaryFolder();
  const random = seeded(seed);
  /** Blocks by root, as far as they were acknowledged; what is being let go may be gone. */
  const pinned = new Map<string, string[]>();
  const complete = new Set<string>();
  /** Said to become complete: it was killed before, while or after that was written. */
  let completing = "";
  for (let round = 0; round < 5; round++) {
    const killAfter = 20 + Math.floor(random() * 100);
    const process = start("pin", folder.path);
    let count = 0;
    for await (const line of lines(process)) {
      const [what, root = "", cid = ""] = line.split(" ");
      if (what === "pinned") pinned.set(root, [...pinned.get(root) ?? [], cid]);
      if (what === "completing") completing = root;
      if (what === "complete") {
        complete.add(root);
        completing = "";
      }
      if (what === "releasing") {
        pinned.delete(root);
        complete.delete(root);
      }
      if (++count === killAfter) process.kill("SIGKILL");
    }
    await process.stdin.close();
    assert.equal((await process.status).signal, "SIGKILL");

    const node = await openNode({
      dataDir: folder.path,
      maxBlockBytes: PIN_QUOTA,
      report: assert.fail,
    });
    const { blocks } = node;
    await blocks.scanned;
    blocks.pins.settle();
    assert.equal(blocks.usage().blocks, await countFiles(`${folder.path}/blocks`));
    // What is not pinned goes for these.
    for (let i = 0; i < 60; i++) {
      const bytes = crypto.getRandomValues(new Uint8Array(50));
      const cid = CID.createV1(raw.code, await sha256.digest(bytes));
      await blocks.put(cid, bytes);
    }
    for (const [root, cids] of pinned) {
      for (const cid of cids) {
        assert.ok(await blocks.get(CID.parse(cid)) !== null, `${cid} is lost`);
      }
      if (root === completing) continue;
      assert.equal(blocks.pins.isComplete(CID.parse(root)), complete.has(root));
    }
    assert.ok(blocks.usage().bytes <= PIN_QUOTA, `${blocks.usage().bytes}`);
    for (const { root } of blocks.pins.all()) await blocks.pins.release(root);
    assert.equal(blocks.usage().pinnedBytes, 0);
    pinned.clear();
    complete.clear();
    completing = "";
    await node.close();
  }
});

async function countFiles(folder: string): Promise<number> {
  let count = 0;
  for await (const { name } of Deno.readDir(folder)) {
    if (name.length !== 2) continue;
    count += (await Array.fromAsync(Deno.readDir(`${folder}/${name}`))).length;
  }
  return count;
}

Deno.test(`kill -9 while a damaged database is saved costs nothing (FAULT_SEED=${seed})`, async () => {
  await using folder = await temporaryFolder();
  const random = seeded(seed);
  const path = `${folder.path}/pointers.sqlite`;
  const pointers = await Promise.all(
    Array.from({ length: 300 }, () => verifiedPointer(makeSigner())),
  );
  const first = await openNode({ dataDir: folder.path, report: assert.fail });
  for (const pointer of pointers) first.pointers.put(pointer, { kind: "operator" });
  await first.close();
  await Deno.writeFile(path, (await Deno.readFile(path)).fill(0, 0, 100));

  for (let round = 0; round < 4; round++) {
    const process = start("repair", folder.path);
    // In the first round at the first word, before the new database is there.
    const killAfter = round === 0 ? 1 : 1 + Math.floor(random() * 60);
    let count = 0;
    for await (const _ of lines(process)) if (++count === killAfter) process.kill("SIGKILL");
    await process.stdin.close();
    assert.equal((await process.status).signal, "SIGKILL");
  }

  const node = await openNode({ dataDir: folder.path, report: () => {} });
  const isHeld = ({ identity }: VerifiedPointer) => node.pointers.get(identity) !== null;
  await eventually("all are there", () => pointers.every(isHeld));
  await node.close();
});

Deno.test(`provider records that were written survive kill -9, each whole (FAULT_SEED=${seed})`, async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/providers.sqlite`;
  const random = seeded(seed);
  const written: string[] = [];
  for (let round = 0; round < 3; round++) {
    const process = start("provide", path);
    // After the first batch, in the middle of another one.
    const killAfter = 1 + Math.floor(random() * 50);
    const said: string[] = [];
    let after = 0;
    for await (const line of lines(process)) {
      if (line === "written") written.push(...said.splice(0));
      else said.push(line);
      if (written.length > 0 && ++after === killAfter) process.kill("SIGKILL");
    }
    await process.stdin.close();
    assert.equal((await process.status).signal, "SIGKILL");

    const records = await openProviderRecords(path, {
      clock: Date.now,
      alarm: systemAlarm,
      random,
      report: assert.fail,
    });
    for (const line of written) {
      const [, content = "", provider = ""] = line.split(" ");
      assert.deepEqual(records.of(content), [provider], `${line} is lost`);
    }
    assert.ok(records.count() >= written.length);
    records.close();
  }
});

Deno.test("of several processes that start at once exactly one holds the folder, until it is killed", async () => {
  await using folder = await temporaryFolder();
  const processes = Array.from({ length: 4 }, () => start("hold", folder.path));
  const outputs = processes.map((process) => lines(process));
  const said = await Promise.all(outputs.map(async (output) => (await output.next()).value));
  assert.deepEqual(said.toSorted(), ["held", "in use", "in use", "in use"]);

  processes[said.indexOf("held")]?.kill("SIGKILL");
  for (const [i, process] of processes.entries()) {
    await outputs[i]?.return(undefined);
    await process.stdin.close();
    await process.status;
  }
  const node = await openNode({ dataDir: folder.path, report: assert.fail });
  await node.close();
});

Deno.test("two processes write older and newer pointers of one wallet: the newest stays", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/pointers.sqlite`;
  const key = generatePrivateKey();
  const writers = ["0", "1"].map((parity) => start("write", path, key, parity));
  for (const writer of writers) {
    await writer.stdin.close();
    await writer.stdout.cancel();
    assert.equal((await writer.status).code, 0);
  }
  const database = await openPointerDatabase(path, (length) => new Uint8Array(length));
  const store = createPointerStore(database);
  const held = store.get(makeSigner(key).identity);
  assert.ok(held !== null);
  assert.equal(parsePointer(held).timestamp, instant(WRITES * 2 - 1));
  assert.equal(store.count(), 1);
  database.connection.close();
});
