import assert from "node:assert/strict";
import type { CID } from "multiformats/cid";
import { parsePublishArguments } from "../../../../gateway/commands/publish/arguments.ts";
import { withOnionLocation } from "../../../../gateway/commands/publish/onion_location.ts";
import { buildFileDag } from "../../../../resolver/content/dag_builder.ts";
import { locationFault } from "../../../../schemas/location.ts";
import { CALL } from "../../../support/content.ts";
import { ONION_HOST } from "../../../support/onion_services.ts";
import { settingsOf } from "../../../support/settings.ts";
import { memoryFile, patterned } from "../../../support/source_files.ts";

const ONION = `http://${ONION_HOST}`;

async function rootOf(size: number): Promise<CID> {
  return (await buildFileDag(memoryFile("feed.xml", patterned(size)), CALL)).root;
}

function locations(
  args: readonly string[],
  root: CID | null,
  environment: Record<string, string> = {},
): readonly string[] {
  const parsed = parsePublishArguments(args) ?? assert.fail();
  return withOnionLocation(parsed, root, settingsOf(environment)).locations;
}

Deno.test("--onion names where the node serves the content: a single block as it is, more as a CAR", async () => {
  const small = await rootOf(100);
  const large = await rootOf(3_000_000);
  for (const [root, format] of [[small, "raw"], [large, "car"]] as const) {
    const location = `${ONION}/ipfs/${root}?format=${format}`;
    assert.equal(locationFault(location), null);
    assert.deepEqual(locations(["feed", "--onion", ONION], root), [location]);
    assert.deepEqual(locations(["--onion", "feed"], root, { ONION_URL: ONION }), [location]);
  }
});

Deno.test("it stands behind the given locations, once, and before none of them", async () => {
  const root = await rootOf(100);
  const given = "https://alice.example/feed.xml";
  const own = `${ONION}/ipfs/${root}?format=raw`;
  const first = ["feed", "--onion", ONION, "--location", given];
  assert.deepEqual(locations(first, root), [given, own]);
  assert.deepEqual(locations([...first, "--location", own], root), [given, own]);
  assert.deepEqual(locations(["feed", "--location", given], root), [given]);
});

Deno.test("without an onion service anywhere, the error says what to write", async () => {
  const root = await rootOf(100);
  assert.throws(() => locations(["feed", "--onion"], root), { remedy: /ONION_URL/ });
});
