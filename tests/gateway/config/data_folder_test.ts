import assert from "node:assert/strict";
import { platformDataFolder } from "../../../gateway/config/data_folder.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";

Deno.test("the data folder follows the platform's conventions", () => {
  const home = { HOME: "/home/alice" };
  assert.equal(platformDataFolder("linux", home), "/home/alice/.local/share/ourspace");
  assert.equal(platformDataFolder("linux", { ...home, XDG_DATA_HOME: "/data" }), "/data/ourspace");
  assert.equal(
    platformDataFolder("darwin", home),
    "/home/alice/Library/Application Support/OurSpace",
  );
});

Deno.test("a relative XDG_DATA_HOME is ignored, as its specification says", () => {
  const environment = { HOME: "/home/alice", XDG_DATA_HOME: "data" };
  assert.equal(platformDataFolder("linux", environment), "/home/alice/.local/share/ourspace");
});

Deno.test("without a home folder the error says what to set", () => {
  assert.throws(
    () => platformDataFolder("linux", {}),
    (error: unknown) => error instanceof OurSpaceError && error.remedy.includes("DATA_DIR"),
  );
});
