import assert from "node:assert/strict";
import { OutboundError } from "../../resolver/errors.ts";
import { createTorOutbound, newTorSecret } from "../../resolver/outbound/tor.ts";
import { type Authority, type Certificate, createAuthority } from "../support/certificates.ts";
import { outboundError, readText } from "../support/http_answers.ts";
import { ONION_HOST, startOnionProxy } from "../support/onion_services.ts";
import { startTlsServer } from "../support/tls_server.ts";
import { realTest } from "../support/tools.ts";

/** What an onion service with this certificate answers whoever trusts the authority. */
async function visit(certificate: Certificate, authority: Authority | null): Promise<string> {
  await using server = await startTlsServer(certificate);
  await using proxy = startOnionProxy(server.port);
  const [address = "", port] = proxy.address.split(":");
  const outbound = createTorOutbound({
    proxy: { address, port: Number(port) },
    clock: Date.now,
    secret: newTorSecret(),
    certificateAuthorities: authority === null ? [] : [authority.pem],
  })("visitor");
  const response = await outbound.fetch({
    url: `https://${ONION_HOST}/`,
    trust: "stranger",
    maxBytes: 1000,
    timeoutMilliseconds: 5000,
  }, { signal: new AbortController().signal });
  assert.deepEqual(server.names, [ONION_HOST]);
  assert.deepEqual(proxy.visits.map(({ port }) => port), [443]);
  return await readText(response);
}

realTest(
  "openssl",
  "an onion service's certificate is asked for and checked by its onion name",
  async (_t, openssl) => {
    const authority = await createAuthority(openssl);
    const right = await authority.issue([`DNS:${ONION_HOST}`]);
    assert.equal(await visit(right, authority), "hello");

    const wrong = [
      [await authority.issue(["DNS:a.example"]), authority, "ERR_TLS_CERT_ALTNAME_INVALID"],
      [await authority.issue([`DNS:${ONION_HOST}`], -1), authority, "CERT_HAS_EXPIRED"],
      [right, null, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    ] as const;
    for (const [certificate, trusted, code] of wrong) {
      await assert.rejects(visit(certificate, trusted), (error) => {
        assert.ok(outboundError("connection")(error) && error instanceof OutboundError);
        assert.ok(error.cause instanceof Error && "code" in error.cause);
        assert.equal(error.cause.code, code);
        return true;
      });
    }
  },
);
