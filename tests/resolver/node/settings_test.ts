import assert from "node:assert/strict";
import {
  DEFAULT_QUOTA,
  maxPointerBytesSetting,
  maxPointersSetting,
} from "../../../resolver/node/settings.ts";

Deno.test("limits are whole numbers of at least 1; empty means the default", () => {
  for (
    const [setting, fallback] of [
      [maxPointersSetting, DEFAULT_QUOTA.pointers],
      [maxPointerBytesSetting, DEFAULT_QUOTA.bytes],
    ] as const
  ) {
    assert.equal(setting.parse(setting.fallback), fallback);
    assert.equal(setting.parse(""), fallback);
    assert.equal(setting.parse("1"), 1);
    for (const text of ["0", "-1", "1.5", "1e6", "1_000", "2 GiB", "9007199254740993"]) {
      assert.throws(() => setting.parse(text), { name: "OurSpaceError" }, text);
    }
  }
});
