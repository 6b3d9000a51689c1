import assert from "node:assert/strict";
import { OutboundError } from "../../resolver/errors.ts";
import { parseAddressRanges } from "../../resolver/outbound/address_ranges.ts";
import { createOutbound } from "../../resolver/outbound/create.ts";
import { type Authority, createAuthority } from "../support/certificates.ts";
import { fakeDns } from "../support/fake_dns.ts";
import { outboundError, readText } from "../support/http_answers.ts";
import { startTlsServer } from "../support/tls_server.ts";
import { realTest } from "../support/tools.ts";

const call = { signal: new AbortController().signal };

function client(authority: Authority | null, host: string) {
  const outbound = createOutbound({
    dns: fakeDns({ addresses: { [host]: [["127.0.0.1"]] } }),
    allowPrivate: parseAddressRanges("127.0.0.1"),
    clock: Date.now,
    certificateAuthorities: authority === null ? [] : [authority.pem],
  });
  return (port: number) =>
    outbound.fetch({
      url: `https://${host}:${port}/`,
      trust: "stranger",
      maxBytes: 1000,
      timeoutMilliseconds: 5000,
    }, call);
}

function refusedCertificate(code: string) {
  return (error: unknown) => {
    assert.ok(outboundError("connection")(error) && error instanceof OutboundError);
    assert.ok(error.cause instanceof Error && "code" in error.cause);
    assert.equal(error.cause.code, code);
    return true;
  };
}

realTest(
  "openssl",
  "a pinned connection asks for the host's name and checks its certificate",
  async (_t, openssl) => {
    const authority = await createAuthority(openssl);
    await using server = await startTlsServer(await authority.issue(["DNS:a.example"]));
    const response = await client(authority, "a.example")(server.port);
    assert.equal(await readText(response), "hello");
    assert.deepEqual(server.names, ["a.example"]);
  },
);

realTest(
  "openssl",
  "a certificate for an address literal is checked for that address",
  async (_t, openssl) => {
    const authority = await createAuthority(openssl);
    await using server = await startTlsServer(await authority.issue(["IP:127.0.0.1"]));
    assert.equal((await client(authority, "127.0.0.1")(server.port)).status, 200);
    await using other = await startTlsServer(
      await authority.issue(["DNS:a.example", "IP:127.0.0.2"]),
    );
    const attempt = client(authority, "127.0.0.1")(other.port);
    await assert.rejects(attempt, refusedCertificate("ERR_TLS_CERT_ALTNAME_INVALID"));
  },
);

realTest(
  "openssl",
  "another host's, an expired and an unknown authority's certificate are refused",
  async (_t, openssl) => {
    const authority = await createAuthority(openssl);
    const cases = [
      [await authority.issue(["DNS:b.example"]), authority, "ERR_TLS_CERT_ALTNAME_INVALID"],
      [await authority.issue(["DNS:*.a.example"]), authority, "ERR_TLS_CERT_ALTNAME_INVALID"],
      [await authority.issue(["DNS:a.example"], -1), authority, "CERT_HAS_EXPIRED"],
      [await authority.issue(["DNS:a.example"]), null, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    ] as const;
    for (const [certificate, trusted, code] of cases) {
      await using server = await startTlsServer(certificate);
      await assert.rejects(
        client(trusted, "a.example")(server.port),
        refusedCertificate(code),
        code,
      );
    }
  },
);
