import assert from "node:assert/strict";
import project from "../deno.json" with { type: "json" };
import { settingsTable } from "../gateway/config/config.ts";
import welcome from "../gateway/welcome/pointer.json" with { type: "json" };
import { readSource } from "./support/modules.ts";

const readme = await readSource("README.md");

/** The cells of every table row. */
const rows = readme.split("\n").filter((line) => line.startsWith("|"))
  .map((line) => line.slice(1, -1).split("|").map((cell) => cell.trim()));

Deno.test("README's settings table is the config table", () => {
  for (const { name, meaning, fallback, fallbackMeaning, danger } of settingsTable) {
    const row = rows.find(([first]) => first === `\`${name}\``);
    assert.ok(row !== undefined, `${name} is not in README.md`);
    const standard = fallbackMeaning ?? (fallback === "" ? "none" : `\`${fallback}\``);
    assert.deepEqual(row.slice(1), [meaning, standard, danger]);
  }
});

Deno.test("README has a reason for every dependency, and no other", () => {
  const packages = Object.values(project.imports).map((specifier) =>
    specifier.replace(/^npm:/, "").replace(/@[^@]+$/, "")
  );
  const start = readme.indexOf("## Dependencies");
  const section = readme.slice(start, readme.indexOf("\n## ", start + 1));
  const named = [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name);
  assert.deepEqual([...named].sort(), [...packages].sort());
});

Deno.test("README's first two commands are the ones that work, and its tasks exist", () => {
  const [start, test] = [...readme.matchAll(/^npx -y deno@([\d.]+) task (\w+)/gm)];
  assert.equal(start?.[2], "start");
  assert.equal(test?.[2], "test");
  for (const [, task = ""] of readme.matchAll(/deno(?:@[\d.]+)? task (\w+)/g)) {
    assert.ok(task in project.tasks, task);
  }
});

Deno.test("README names the welcome feed's address", () => {
  assert.ok(readme.includes(welcome.address));
});
