import assert from "node:assert/strict";
import fc from "fast-check";
import { MalformedNameError } from "../../schemas/errors.ts";
import {
  checksumAddress,
  identityKey,
  identityText,
  parseIdentity,
  sameIdentity,
} from "../../schemas/identity.ts";
import { anyIdentity } from "../support/pointer_arbitrary.ts";

/** EIP-55, "Test Cases". */
const EIP_55 = [
  "0x52908400098527886E0F7030069857D2E4169EE7",
  "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
  "0xde709f2102306220921060314715629080e2fb77",
  "0x27b1fdb04752bbc536007a920d24acb045561c26",
  "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
  "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
  "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
  "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
];

Deno.test("an address gets the checksum of EIP-55's examples", () => {
  for (const example of EIP_55) assert.equal(checksumAddress(example.toLowerCase()), example);
});

Deno.test("an address is read in lower case, in upper case and with its checksum", () => {
  for (const example of EIP_55) {
    const wallet = { kind: "wallet", address: example };
    assert.deepEqual(parseIdentity(example), wallet);
    assert.deepEqual(parseIdentity(example.toLowerCase()), wallet);
    assert.deepEqual(parseIdentity(`0x${example.slice(2).toUpperCase()}`), wallet);
  }
});

Deno.test("a wrong checksum is refused, and the remedy names the right one", () => {
  const wrong = "0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
  assert.throws(() => parseIdentity(wrong), (error) => {
    assert.ok(error instanceof MalformedNameError);
    assert.match(error.remedy, /0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed/);
    return true;
  });
  assert.throws(() => parseIdentity(`eip155:1:${wrong}`), MalformedNameError);
});

Deno.test("what is no address or no contract account is refused", () => {
  const good = EIP_55[4];
  const texts = [
    "",
    "0x",
    `0X${good?.slice(2)}`,
    good?.slice(2),
    `${good}0`,
    `${good} `,
    `${good}\n`,
  ];
  const accounts = [
    "",
    ":1",
    "eip155:",
    "eip155:1",
    "eip155:1:",
    "eip155:0:0x",
    `eip155:1:1:${good}`,
  ];
  const chains = [
    "0",
    "01",
    "-1",
    "1.0",
    "1e1",
    "0x1",
    "",
    " 1",
    "9007199254740992",
    "9".repeat(400),
  ];
  for (const text of [...texts, ...accounts, ...chains.map((chain) => `eip155:${chain}:${good}`)]) {
    assert.throws(() => parseIdentity(text ?? ""), MalformedNameError, text);
  }
});

Deno.test("a message quotes a stranger's text on one line, and not all of it", () => {
  assert.throws(() => parseIdentity(`0x\n${"9".repeat(10_000)}`), (error) => {
    assert.ok(error instanceof MalformedNameError);
    return error.message.length < 200 && !error.message.includes("\n");
  });
});

Deno.test("an identity reads back from its text and, up to the case, from its key", () => {
  fc.assert(fc.property(anyIdentity, (identity) => {
    assert.deepEqual(parseIdentity(identityText(identity)), identity);
    assert.deepEqual(parseIdentity(identityKey(identity)), identity);
    assert.equal(identityKey(identity), identityText(identity).toLowerCase());
  }));
});

Deno.test("a wallet and contract accounts with its address on any chain are different identities", () => {
  const address = checksumAddress("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed");
  const wallet = { kind: "wallet", address } as const;
  const first = { kind: "contract", chainId: 1, address } as const;
  const tenth = { kind: "contract", chainId: 10, address } as const;
  assert.ok(sameIdentity(wallet, { ...wallet }));
  assert.ok(sameIdentity(first, { ...first }));
  assert.ok(!sameIdentity(wallet, first));
  assert.ok(!sameIdentity(first, tenth));
});
