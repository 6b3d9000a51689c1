import assert from "node:assert/strict";
import { openPointerDatabase } from "../../../resolver/node/pointer_database.ts";
import { createPointerStore } from "../../../resolver/node/pointer_store.ts";
import { salvagePointers } from "../../../resolver/node/salvage_pointers.ts";
import { createVerifier } from "../../../resolver/verify.ts";
import { CALL } from "../../support/content.ts";
import { madePointer } from "../../support/made_pointers.ts";
import { temporaryFolder } from "../../support/temporary.ts";

Deno.test("pointers that had all been saved before leave others their turn", async () => {
  await using folder = await temporaryFolder();
  const [path, aside] = [`${folder.path}/pointers`, `${folder.path}/aside`];
  const database = await openPointerDatabase(path, (length) => new Uint8Array(length));
  const pointers = createPointerStore(database);
  for (let wallet = 1; wallet <= 1_000; wallet++) {
    pointers.put(madePointer(wallet), { kind: "operator" });
  }
  const { connection } = database;
  connection.prepare("VACUUM INTO ?").run(aside);
  let turns = 0;
  const others = setInterval(() => turns += 1, 0);
  const verifier = createVerifier({ clock: Date.now });
  await salvagePointers(aside, { connection, pointers, verifier, clock: Date.now, ...CALL });
  clearInterval(others);
  assert.equal(pointers.count(), 1_000);
  assert.ok(turns > 20, `${turns} turns`);
  pointers.close();
});
