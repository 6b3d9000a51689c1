import assert from "node:assert/strict";
import { publishFeed } from "../support/feed_offers.ts";
import { makeSigner } from "../support/pointers.ts";
import { rssFeed } from "../support/publish.ts";
import { openTestGateway } from "../support/test_gateway.ts";
import { realTest } from "../support/tools.ts";
import { startUnbound } from "../support/unbound.ts";

const BROWSER = { "Sec-Fetch-Dest": "document", Accept: "text/html,*/*;q=0.8" };

realTest(
  "dnssec-signzone",
  "a domain that DNSSEC disowns is 502 at once, and one that it vouches for says so",
  async () => {
    const signer = makeSigner();
    const { address } = signer.identity;
    const records = [`_ourspace IN TXT "address=${address}"`];
    const tamper = (zone: string) => zone.replace(`${address}`, `0x${"1".repeat(40)}`);
    await using unbound = await startUnbound({
      signedZones: [
        { name: "secure.example", records },
        { name: "tampered.example", records, tamper },
      ],
    });
    await using test = await openTestGateway({ environment: { DNS: unbound.dns } });
    await publishFeed(test, signer, rssFeed(["One"]));
    const secure = await test.get("/secure.example", BROWSER);
    assert.equal(secure.status, 200);
    assert.match(await secure.text(), /DNSSEC vouches/);
    for (const path of ["/tampered.example", "/tampered.example/feed.xml"]) {
      const bogus = await test.get(path);
      assert.equal(bogus.status, 502, path);
      assert.equal((await bogus.json()).type, "urn:ourspace:problem:name-lookup-bogus");
      assert.equal(bogus.headers.get("Cache-Control"), "no-store");
    }
    const visit = await test.get("/", { Host: "tampered.example", ...BROWSER });
    assert.equal(visit.status, 502);
    assert.doesNotMatch(await visit.text(), /One/);
  },
);
