import assert from "node:assert/strict";
import { CALL } from "../support/content.ts";
import { startNetworkNode, until } from "../support/network.ts";
import { type Certificate, createAuthority } from "../support/certificates.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { realTest } from "../support/tools.ts";

/** The address to dial, in the process that trusts the test's authority. */
const TO_DIAL = "OURSPACE_TEST_TO_DIAL";

/** A proxy that takes off the TLS, as one before a gateway does. */
function startTlsProxy({ cert, key }: Certificate, port: number) {
  const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key });
  const serving = (async () => {
    for await (const outside of listener) {
      const inside = await Deno.connect({ hostname: "127.0.0.1", port });
      // Either side may leave at any moment.
      outside.readable.pipeTo(inside.writable).catch(() => {});
      inside.readable.pipeTo(outside.writable).catch(() => {});
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

realTest(
  "openssl",
  "a node behind a proxy that speaks TLS is reached over secure WebSockets",
  async (_t, openssl) => {
    const address = Deno.env.get(TO_DIAL);
    if (address !== undefined) return await joining(address);

    await using there = await startNetworkNode({
      environment: { DHT_LISTEN: "/ip4/127.0.0.1/tcp/0/ws" },
    });
    const [plain = ""] = there.network.addresses();
    const authority = await createAuthority(openssl);
    const certificate = await authority.issue(["DNS:localhost"]);
    await using proxy = startTlsProxy(certificate, Number(plain.split("/")[4]));
    await using folder = await temporaryFolder();
    await Deno.writeTextFile(`${folder.path}/authority.pem`, authority.pem);

    // The runtime reads the authorities it trusts when it starts.
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-check", "--allow-all", import.meta.filename ?? assert.fail()],
      env: {
        DENO_CERT: `${folder.path}/authority.pem`,
        DENO_NO_UPDATE_CHECK: "1",
        [TO_DIAL]: `/dns4/localhost/tcp/${proxy.port}/tls/ws`,
      },
    }).output();
    const printed = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
    assert.ok(success, printed);
    assert.equal(there.node.pointers.count(), 1);
  },
);

async function joining(address: string): Promise<void> {
  await using here = await startNetworkNode({
    environment: { BOOTSTRAP: address, DHT_LISTEN: "" },
  });
  await until("it is in the network", () => here.network.status().routingTable === 1);
  const pointer = await verifiedPointer(makeSigner());
  assert.equal((await here.network.put(pointer, CALL)).confirmed, 1);
}
