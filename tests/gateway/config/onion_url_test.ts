import assert from "node:assert/strict";
import { onionUrlSetting } from "../../../gateway/config/onion_url.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";
import { ONION_HOST } from "../../support/onion_services.ts";

Deno.test("ONION_URL is an onion service's origin, or nothing", () => {
  const { parse } = onionUrlSetting;
  assert.equal(parse(""), null);
  assert.equal(parse(`http://${ONION_HOST}`), `http://${ONION_HOST}`);
  assert.equal(parse(`http://${ONION_HOST.toUpperCase()}/`), `http://${ONION_HOST}`);
  assert.equal(parse(`https://${ONION_HOST}:8443`), `https://${ONION_HOST}:8443`);
});

Deno.test("an address that is mistyped, or says more than an origin, is refused with what to write", () => {
  const wrong = [
    ONION_HOST,
    `http://${ONION_HOST.replace("2g", "2h")}`,
    `http://${ONION_HOST}/feed.xml`,
    `http://${ONION_HOST}?a`,
    `http://alice@${ONION_HOST}`,
    `http://www.${ONION_HOST}`,
    "https://alice.example",
    `ftp://${ONION_HOST}`,
  ];
  for (const text of wrong) {
    assert.throws(() => onionUrlSetting.parse(text), (error) => {
      assert.ok(error instanceof OurSpaceError, text);
      assert.match(error.remedy, /HiddenServiceDir/);
      return true;
    });
  }
});
