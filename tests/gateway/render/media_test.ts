import assert from "node:assert/strict";
import { durationText, mediumOf, sizeText } from "../../../gateway/render/media.ts";

Deno.test("sizes are for people, in decimal units", () => {
  const sizes: [number, string][] = [
    [0, "0 B"],
    [999, "999 B"],
    [1_000, "1.0 kB"],
    [48_211_003, "48 MB"],
    [3_400_000, "3.4 MB"],
    [1_500_000_000, "1.5 GB"],
    [9e15, "9000 TB"],
  ];
  for (const [bytes, text] of sizes) assert.equal(sizeText(bytes), text);
});

Deno.test("durations are minutes and seconds, with hours when there are any", () => {
  assert.equal(durationText(7), "0:07");
  assert.equal(durationText(247.4), "4:07");
  assert.equal(durationText(3_723), "1:02:03");
});

Deno.test("the medium is what can be shown", () => {
  assert.equal(mediumOf("audio/mpeg"), "audio");
  assert.equal(mediumOf("application/pdf"), "document");
});
