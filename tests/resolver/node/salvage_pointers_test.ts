import assert from "node:assert/strict";
import { openPointerDatabase } from "../../../resolver/node/pointer_database.ts";
import { createPointerStore } from "../../../resolver/node/pointer_store.ts";
import { salvagePointers } from "../../../resolver/node/salvage_pointers.ts";
import { createVerifier } from "../../../resolver/verify.ts";
import { CALL } from "../../support/content.ts";
import { madePointer } from "../../support/made_pointers.ts";
import { othersTurns } from "../../support/others_turns.ts";
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
  const options = { verifier: createVerifier({ clock: Date.now }), clock: Date.now, ...CALL };
  const turns = await othersTurns(() =>
    salvagePointers(aside, { connection, pointers, ...options })
  );
  assert.equal(pointers.count(), 1_000);
  assert.ok(turns > 20, `${turns} turns`);
  pointers.close();
});
