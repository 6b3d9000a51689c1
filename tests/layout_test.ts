import assert from "node:assert/strict";
import { readSource, sourceFiles } from "./support/modules.ts";

/** What each part may import of ours, by type or by value. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  schemas: ["schemas"],
  resolver: ["resolver", "schemas"],
  gateway: ["gateway", "resolver", "schemas", "deno.json"],
};

/** Folders whose parts stand in a list and must not know each other. */
const LISTS = ["resolver/names", "resolver/sources", "resolver/transports", "resolver/blocks"];

/** What a file imports of ours, as paths from the project's root. */
async function importsOf(file: string): Promise<string[]> {
  const source = await readSource(file);
  const specifiers = source.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g);
  const base = new URL(`file:///${file}`);
  return [...specifiers].map(([, specifier = ""]) => new URL(specifier, base).pathname.slice(1));
}

Deno.test("dependencies point from the gateway to the resolver to the schemas", async () => {
  for (const [part, allowed] of Object.entries(ALLOWED)) {
    for await (const file of sourceFiles(`${part}/`)) {
      for (const imported of await importsOf(file)) {
        assert.ok(allowed.includes(imported.split("/")[0] ?? ""), `${file} imports ${imported}`);
      }
    }
  }
});

Deno.test("the parts of a list never import one another", async () => {
  for (const folder of LISTS) {
    for await (const file of sourceFiles(`${folder}/`)) {
      if (file === `${folder}/mod.ts`) continue;
      const neighbours = (await importsOf(file)).filter((path) => path.startsWith(folder));
      assert.deepEqual(neighbours, [], file);
    }
  }
});

Deno.test("output formats never import one another", async () => {
  const list = await importsOf("gateway/render/mod.ts");
  const formats = ["atom", "html", "json", "rss"].map((name) => `gateway/render/${name}.ts`);
  for (const format of formats) {
    assert.ok(list.includes(format), `${format} is in no list`);
    const neighbours = (await importsOf(format)).filter((path) => formats.includes(path));
    assert.deepEqual(neighbours, [], format);
  }
});
