import assert from "node:assert/strict";
import { OutboundError } from "../../../resolver/errors.ts";
import { delegatedDirectory } from "../../../resolver/rendezvous/delegated_directory.ts";
import { type Directory, readProvider } from "../../../resolver/rendezvous/directory.ts";
import { kuboDirectory } from "../../../resolver/rendezvous/kubo_directory.ts";
import { createKuboRpc } from "../../../resolver/rendezvous/kubo_rpc.ts";
import { CALL } from "../../support/content.ts";
import { partContext } from "../../support/parts.ts";
import { startService } from "../../support/services.ts";

const CID = "bafkreidhnm4twq3wadnbyvuih3vgbusbv35vy3syxbvcab4q63j5f5h2bu";
const RECORD = {
  Schema: "peer",
  ID: "12D3KooW",
  Addrs: ["/ip4/192.0.2.1/tcp/4001", "/dns4/gw.example/tcp/443/tls/http"],
  Unknown: { field: true },
};
const PROVIDER = { peer: "12D3KooW", origins: ["https://gw.example"] };
const EVENT = { Extra: "", ID: "", Responses: [RECORD], Type: 4 };
const LIMITS = { providers: 20, milliseconds: 5_000 };

const { outbound } = partContext();
const kubo = (url: string) => kuboDirectory(createKuboRpc(url, outbound), LIMITS);
const delegated = (url: string) => delegatedDirectory(url, outbound, LIMITS);

/** What a directory says whose service answers so, and what the service was asked for. */
async function ask(
  create: (url: string) => Directory,
  answer: () => Response,
) {
  await using service = startService(answer);
  const providers = await Array.fromAsync(create(service.url).providers(CID, CALL));
  return { providers, asked: service.asked };
}

function lines(...values: unknown[]): Response {
  const text = values.map((value) => typeof value === "string" ? value : JSON.stringify(value));
  return new Response(text.join("\n"), { headers: { "Content-Type": "application/x-ndjson" } });
}

function directoryTest(name: string, fn: () => Promise<void>): void {
  // A client's connections close a tick after the last await.
  Deno.test({ name, fn, sanitizeResources: false });
}

Deno.test("a provider is read, whatever else is in the record", () => {
  assert.deepEqual(readProvider(RECORD), PROVIDER);
  const many = Array.from({ length: 100 }, (_, place) => `/ip4/192.0.2.${place}/tcp/8000/http`);
  const [first, second] = many;
  assert.equal(
    readProvider({ ID: "12D3KooW", Addrs: [first, first, second, ...many] })?.origins.length,
    2,
  );
  assert.deepEqual(readProvider({ ID: "12D3KooW", Addrs: [1, null, {}, "/x"] })?.origins, []);
  for (
    const other of [null, 1, "x", [], {}, { ID: 1, Addrs: [] }, { ID: "x" }, {
      ID: "x".repeat(999),
      Addrs: [],
    }]
  ) {
    assert.equal(readProvider(other), null);
  }
});

directoryTest("Kubo tells of providers among much else, and garbage is left out", async () => {
  const noise = [
    { Extra: "", ID: "12D3", Responses: null, Type: 0 },
    { Extra: "", ID: "12D3", Responses: [RECORD], Type: 1 },
    { Extra: "no answer", ID: "12D3", Responses: null, Type: 3 },
    { Type: 4 },
    { Type: 4, Responses: [null, 1, {}] },
    "no JSON",
    "[]",
    "null",
    "",
  ];
  const { providers, asked } = await ask(kubo, () => lines(...noise, EVENT, ...noise));
  assert.deepEqual(providers, [PROVIDER]);
  assert.deepEqual(asked, [`/api/v0/routing/findprovs?arg=${CID}&num-providers=20`]);
});

const NO_PEERS = { Extra: "failed to find any peer in table", ID: "", Responses: null, Type: 3 };

directoryTest("a Kubo daemon that knows peers in one of its two DHTs has asked them", async () => {
  const answered = { Extra: "", ID: "12D3", Responses: null, Type: 1 };
  const first = await ask(kubo, () => lines(answered, NO_PEERS));
  assert.deepEqual(first.providers, []);
  assert.equal(first.asked.length, 1);

  const answers = [lines(NO_PEERS), lines(answered)];
  const lost = await ask(kubo, () => answers.shift() ?? assert.fail("asked too often"));
  assert.deepEqual(lost.providers, []);
  assert.equal(lost.asked.length, 2);
});

directoryTest("a Kubo daemon without peers fails, with its own words", async () => {
  await assert.rejects(ask(kubo, () => lines(NO_PEERS)), /failed to find any peer in table/);
  const refusal = () => Response.json({ Message: "not online" }, { status: 500 });
  await assert.rejects(ask(kubo, refusal), /500.*not online/);
});

directoryTest("a Delegated Routing service is understood in both of its forms", async () => {
  const forms = [
    () => lines(RECORD, "no JSON", { Schema: "other" }, null),
    () => Response.json({ Providers: [RECORD, null, { Schema: "other" }] }),
  ];
  for (const form of forms) {
    const { providers, asked } = await ask(delegated, form);
    assert.deepEqual(providers, [PROVIDER]);
    assert.deepEqual(asked, [`/routing/v1/providers/${CID}`]);
  }
});

directoryTest(
  "a Delegated Routing service that knows nobody is told apart from one that fails",
  async () => {
    const none = [
      () => new Response(null, { status: 404 }),
      () => Response.json({ Providers: null }),
      () => Response.json([]),
      () => lines(),
    ];
    for (const answer of none) assert.deepEqual((await ask(delegated, answer)).providers, []);
    await assert.rejects(ask(delegated, () => new Response("busy", { status: 503 })), /503/);
    await assert.rejects(ask(delegated, () => new Response("<html>")), /no JSON/);
  },
);

directoryTest("answers without end are cut off", async () => {
  const endless = (text: string) => () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new TextEncoder().encode(text.repeat(65_536))),
      }),
      { headers: { "Content-Type": "application/x-ndjson" } },
    );
  for (const create of [kubo, delegated]) {
    for (const text of ["x", "{}\n"]) {
      await assert.rejects(ask(create, endless(text)), (error) => {
        assert.ok(error instanceof OutboundError);
        assert.equal(error.reason, "too-large");
        return true;
      });
    }
  }
});
