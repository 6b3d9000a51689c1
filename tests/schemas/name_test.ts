import assert from "node:assert/strict";
import fc from "fast-check";
import { toASCII } from "tr46";
import { MalformedNameError } from "../../schemas/errors.ts";
import { NAME_MAX_LENGTH, parseName } from "../../schemas/name.ts";

const ADDRESS = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";

function parsed(written: string): string | null {
  try {
    return parseName(written).text;
  } catch (error) {
    assert.ok(error instanceof MalformedNameError, String(error));
    assert.notEqual(error.remedy, "");
    return null;
  }
}

Deno.test("an address in every written form becomes its checksummed text", () => {
  const upper = `0x${ADDRESS.slice(2).toUpperCase()}`;
  for (const written of [ADDRESS, ADDRESS.toLowerCase(), upper]) {
    assert.equal(parsed(written), ADDRESS);
    assert.equal(parsed(`eip155:1:${written}`), `eip155:1:${ADDRESS}`);
  }
  assert.equal(parseName(ADDRESS).kind, "identity");
  assert.equal(parseName(`eip155:10:${ADDRESS}`).kind, "identity");
});

Deno.test("a wrong checksum is refused, naming the right address", () => {
  const wrong = ADDRESS.replace("dA", "da");
  assert.throws(() => parseName(wrong), (error) => {
    return error instanceof MalformedNameError && error.remedy.includes(ADDRESS);
  });
});

Deno.test("a domain becomes lower-case A-labels without a trailing dot", () => {
  const forms = {
    "alice.example": "alice.example",
    "ALICE.Example": "alice.example",
    "alice.example.": "alice.example",
    "Bücher.example": "xn--bcher-kva.example",
    "Bu\u0308cher.example": "xn--bcher-kva.example",
    "XN--BCHER-KVA.example": "xn--bcher-kva.example",
    "faß.example": "xn--fa-hia.example",
    "例え。テスト": "xn--r8jz45g.xn--zckzah",
    "ａｌｉｃｅ．example": "alice.example",
    "a.b.c.d.example": "a.b.c.d.example",
    "r3---sn-x.example": "r3---sn-x.example",
    "0x.example": "0x.example",
    "1.2.3.example": "1.2.3.example",
    "eip155.example": "eip155.example",
    "ethereum.eth.example": "ethereum.eth.example",
  };
  for (const [written, text] of Object.entries(forms)) {
    assert.deepEqual(parseName(written), { kind: "dns", text }, written);
  }
});

Deno.test("a name under .eth is an ENS name, in Unicode", () => {
  const forms = {
    "alice.eth": "alice.eth",
    "Alice.ETH": "alice.eth",
    "alice.eth.": "alice.eth",
    "pay.alice.eth": "pay.alice.eth",
    "BÜCHER.eth": "bücher.eth",
    "🦊.eth": "🦊.eth",
    "alice.ｅｔｈ": "alice.eth",
    "_a.eth": "_a.eth",
  };
  for (const [written, text] of Object.entries(forms)) {
    assert.deepEqual(parseName(written), { kind: "ens", text }, written);
  }
});

Deno.test("IP addresses are no names, however they are written", () => {
  const forms = [
    "127.0.0.1",
    "1.2.3",
    "1.2",
    "1",
    "2130706433",
    "0x7f.1",
    "127.0.0.1.",
    "１.2.3.4",
  ];
  const six = ["::1", "[::1]", "[::1]:8000", "2001:db8::1", "[::ffff:127.0.0.1]", "fe80::1%eth0"];
  for (const written of [...forms, ...six]) assert.equal(parsed(written), null, written);
});

Deno.test("single labels and names that are not in the public DNS are no names", () => {
  const forms = ["localhost", "LOCALHOST.", "alice", "eth", ".eth", "a.localhost", "printer.local"];
  const onion = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion";
  for (const written of [...forms, "alice.test", "alice.TEST.", onion]) {
    assert.equal(parsed(written), null, written);
  }
});

Deno.test("what is no domain is no name", () => {
  const forms = ["", ".", "..", "a..example", ".example.example", "alice.example..", "a b.example"];
  const typed = [
    "https://alice.example",
    "alice.example/feed",
    "alice.example:8000",
    "@alice.example",
  ];
  const labels = ["-a.example", "a-.example", "a_b.example", "a%20b.example", "a\0b.example"];
  const unicode = [
    "xn--a.example",
    "xn--.example",
    "a\u200db.example",
    "\ud800.example",
    "א1a.example",
  ];
  const long = [`${"a".repeat(64)}.example`, `${"a.".repeat(124)}example`, "a".repeat(100_000)];
  for (const written of [...forms, ...typed, ...labels, ...unicode, ...long]) {
    assert.equal(parsed(written), null, written.slice(0, 100));
  }
});

Deno.test("the longest domain is a name, and the next one is not", () => {
  const longest = `${"a.".repeat(123)}example`;
  assert.equal(longest.length, 253);
  assert.equal(parsed(longest), longest);
  assert.equal(parsed(`${longest}.`), longest);
  assert.equal(parsed(`a${longest}`), null);
});

const character = fc.oneof(
  fc.constantFrom(..."aA1-._ß。xn\u0301\u200d\u00adא٣🦊Åİ:/%["),
  fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
);
const anything = fc.oneof(
  fc.array(character, { maxLength: 12 }).map((units) => units.join("")),
  fc.tuple(fc.array(character, { maxLength: 8 }), fc.constantFrom(".example", ".eth", ".eth."))
    .map(([units, end]) => units.join("") + end),
  fc.string({ unit: "binary", maxLength: NAME_MAX_LENGTH + 2 }),
);

Deno.test("anything at all is a name or MalformedNameError, and a name's text means itself", () => {
  fc.assert(
    fc.property(anything, (written) => {
      const text = parsed(written);
      if (text !== null) assert.deepEqual(parseName(text), parseName(written));
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("the runtime's UTS 46 and tr46's give the same ASCII wherever both know the character", () => {
  const options = { useSTD3ASCIIRules: true, checkBidi: true, checkJoiners: true };
  fc.assert(
    fc.property(fc.array(character, { minLength: 1, maxLength: 8 }), (units) => {
      const written = `${units.join("")}.example`;
      const text = parsed(written);
      const other = toASCII(written, { ...options, verifyDNSLength: true });
      // The two have tables of different Unicode versions: one may refuse what is new to it.
      if (text !== null && other !== null) assert.equal(text, other);
    }),
    { numRuns: 2_000 },
  );
});
