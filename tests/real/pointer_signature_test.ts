import assert from "node:assert/strict";
import { createVerifier } from "../../resolver/verify.ts";
import { checksumAddress } from "../../schemas/identity.ts";
import { pointerText, serializePointer } from "../../schemas/pointer.ts";
import { HELLO_CID } from "../support/pointers.ts";
import { realTest } from "../support/tools.ts";

async function run(program: string, ...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  const text = new TextDecoder();
  assert.ok(success, text.decode(stderr));
  return text.decode(stdout).trim();
}

function isHex(text: string): text is `0x${string}` {
  return text.startsWith("0x");
}

realTest(
  "cast",
  "what Foundry's cast signs is verified, and verified by cast too",
  async (_, cast) => {
    for (let round = 0; round < 4; round++) {
      const key = `0x${crypto.getRandomValues(new Uint8Array(32)).toHex()}`;
      const address = checksumAddress(await run(cast, "wallet", "address", "--private-key", key));
      const unsigned = {
        identity: { kind: "wallet", address },
        timestamp: "2026-11-20T08:22:17.000Z",
        cid: HELLO_CID,
        locations: round % 2 === 0 ? [] : ["https://alice.example/feed.xml"],
      } as const;
      const text = pointerText(unsigned);
      const signature = await run(cast, "wallet", "sign", "--private-key", key, text);
      assert.ok(isHex(signature));

      const verifier = createVerifier({ clock: () => Date.parse(unsigned.timestamp) });
      const pointer = await verifier.verify(serializePointer({ ...unsigned, signature }));
      assert.equal(pointer.identity.address, address);

      await run(cast, "wallet", "verify", "--address", address, pointer.text, pointer.signature);
    }
  },
);
