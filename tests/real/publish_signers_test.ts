import assert from "node:assert/strict";
import type { KeyChoice } from "../../gateway/commands/publish/arguments.ts";
import { signPointer } from "../../gateway/commands/publish/sign_pointer.ts";
import { openSigner } from "../../gateway/commands/publish/signers/mod.ts";
import { createOutbound } from "../../resolver/outbound/create.ts";
import { parseAddressRanges } from "../../resolver/outbound/address_ranges.ts";
import { createVerifier } from "../../resolver/verify.ts";
import { checksumAddress } from "../../schemas/identity.ts";
import { pointerText, type UnsignedPointer } from "../../schemas/pointer.ts";
import { startAnvil } from "../support/anvil.ts";
import { CALL } from "../support/content.ts";
import { fakeDns } from "../support/fake_dns.ts";
import { HELLO_CID } from "../support/pointers.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { testTerminal } from "../support/terminal.ts";
import { realTest } from "../support/tools.ts";

const clock = Date.now;
const verifier = createVerifier({ clock });

function open(key: KeyChoice, environment: Record<string, string> = {}, terminal = testTerminal()) {
  const allowPrivate = parseAddressRanges("");
  const outbound = createOutbound({ dns: fakeDns({}), allowPrivate, clock });
  return openSigner({ key, account: null }, { environment, terminal, outbound }, CALL);
}

function draft(address: string): UnsignedPointer {
  return {
    identity: { kind: "wallet", address: checksumAddress(address) },
    timestamp: "2026-11-20T08:22:17.000Z",
    cid: HELLO_CID,
    locations: ["https://alice.example/feed.xml"],
  };
}

async function run(program: string, args: readonly string[]): Promise<string> {
  const output = await new Deno.Command(program, { args: [...args] }).output();
  assert.ok(output.success, new TextDecoder().decode(output.stderr));
  return new TextDecoder().decode(output.stdout);
}

realTest(
  "cast",
  "a keystore file that cast made opens, and cast accepts the signature",
  async (_, cast) => {
    await using folder = await temporaryFolder();
    const password = "pässword with spaces";
    const printed = await run(cast, [
      "wallet",
      "new",
      folder.path,
      "a",
      "--unsafe-password",
      password,
    ]);
    const address = /0x[0-9a-fA-F]{40}/.exec(printed)?.[0] ?? "";
    const path = `${folder.path}/a`;
    const signer = await open(
      { kind: "keystore", path, passwordFile: null },
      { OURSPACE_KEYSTORE_PASSWORD: password },
    );
    assert.equal(signer.address, address);
    const unsigned = draft(address);
    const { signature } = await signPointer(unsigned, signer, verifier, CALL);
    await run(cast, ["wallet", "verify", "--address", address, pointerText(unsigned), signature]);
  },
);

realTest(
  "cast",
  "a key that cast made signs what cast accepts, and cast's signature is taken",
  async (_, cast) => {
    const [wallet] = JSON.parse(await run(cast, ["wallet", "new", "--json"]));
    const unsigned = draft(wallet.address);
    const text = pointerText(unsigned);
    const own = await open({ kind: "environment" }, { OURSPACE_PRIVATE_KEY: wallet.private_key });
    const { signature } = await signPointer(unsigned, own, verifier, CALL);
    await run(cast, ["wallet", "verify", "--address", wallet.address, text, signature]);

    const elsewhere = await run(cast, [
      "wallet",
      "sign",
      "--private-key",
      wallet.private_key,
      text,
    ]);
    const given = await open({
      kind: "signature",
      signature: elsewhere,
      timestamp: unsigned.timestamp,
      account: own.address,
    });
    assert.equal((await signPointer(unsigned, given, verifier, CALL)).signature, signature);
  },
);

realTest(
  "anvil",
  "an account of a JSON-RPC endpoint signs, after the person was told to confirm",
  async (_, program) => {
    await using anvil = await startAnvil(program, ["--accounts", "1"]);
    const terminal = testTerminal();
    const signer = await open(
      { kind: "json-rpc", url: anvil.rpcUrl, account: null },
      {},
      terminal,
    );
    const unsigned = draft(signer.address);
    const pointer = await signPointer(unsigned, signer, verifier, CALL);
    assert.equal(pointer.text, pointerText(unsigned));
    assert.match(terminal.notes.join(), /confirm it in your wallet/);
  },
);

realTest(
  "anvil",
  "an account that the endpoint does not hold is refused in the endpoint's words",
  async (_, program) => {
    await using anvil = await startAnvil(program);
    const account = checksumAddress("0x52908400098527886e0f7030069857d2e4169ee7");
    const signer = await open({ kind: "json-rpc", url: anvil.rpcUrl, account });
    await assert.rejects(signPointer(draft(account), signer, verifier, CALL), {
      name: "OurSpaceError",
      message: /refused personal_sign: .*\(code -?\d+\)/,
    });
    await assert.rejects(open({ kind: "json-rpc", url: anvil.rpcUrl, account: null }), {
      message: /offers 10 accounts/,
    });
  },
);

realTest("cast", "a signature by another account names both accounts", async (_, cast) => {
  const [wallet] = JSON.parse(await run(cast, ["wallet", "new", "--json"]));
  const account = checksumAddress("0x52908400098527886e0f7030069857d2e4169ee7");
  const unsigned = draft(account);
  const text = pointerText(unsigned);
  const signature = await run(cast, ["wallet", "sign", "--private-key", wallet.private_key, text]);
  const { timestamp } = unsigned;
  const signer = await open({ kind: "signature", signature, timestamp, account });
  await assert.rejects(
    signPointer(unsigned, signer, verifier, CALL),
    ({ message }: Error) => message.includes(wallet.address) && message.includes(account),
  );
});
