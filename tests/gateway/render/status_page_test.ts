import assert from "node:assert/strict";
import { statusPage } from "../../../gateway/render/status_page.ts";
import type { Status } from "../../../gateway/status/status.ts";
import type { PointerNetwork } from "../../../resolver/network/network.ts";
import type { PeersStatus } from "../../../resolver/peers/start.ts";
import { QUIET, scriptedNetwork } from "../../support/scripted_network.ts";

const ADDRESS = "/ip4/192.0.2.1/tcp/4001/p2p/12D3KooWGC6TvWhfapngX6mvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5";
const STORE = { pointers: 3, maxPointers: 1_000_000, bytes: 1_011, maxBytes: 2_000_000_000 };
const PEERS: PeersStatus = { followed: [], learned: 0, waiting: 0, clock: null };

function view(script: Partial<PointerNetwork>): Status["network"] {
  const network = scriptedNetwork({ addresses: () => [ADDRESS], ...script });
  return {
    peerId: network.peerId,
    mode: network.mode,
    addresses: network.addresses(),
    connected: network.peers(),
    figures: network.status(),
  };
}

function text(status: Partial<Status>): string {
  const page = statusPage({
    startedAt: 0,
    now: 1_000,
    store: STORE,
    network: view({}),
    peers: PEERS,
    warnings: [],
    ...status,
  });
  return new TextDecoder().decode(page);
}

const heading = (status: Partial<Status>) => /<h1>([^<]*)<\/h1>/.exec(text(status))?.[1];
const connected = { ...QUIET, connections: 2, routingTable: 5 };

Deno.test("the heading says how the node is", () => {
  assert.equal(heading({ store: null, network: null, peers: null }), "This gateway has no node");
  assert.equal(heading({ network: null }), "This node is alone");
  assert.equal(heading({}), "This node knows nobody yet");
  const lost = view({ status: () => ({ ...QUIET, routingTable: 5 }) });
  assert.equal(heading({ network: lost }), "This node has lost the others");
  const network = view({ status: () => connected });
  assert.equal(heading({ network }), "This node is well");
  assert.equal(heading({ network, warnings: ["damaged"] }), "This node needs you");
});

Deno.test("a node that knows nobody is told how to join", () => {
  assert.match(text({}), /BOOTSTRAP[^]*PEERS/);
});

Deno.test("its own addresses can be copied; a client has none to give", () => {
  assert.ok(text({}).includes(`<pre>${ADDRESS}</pre>`));
  const client = text({ network: view({ mode: "client", addresses: () => [] }) });
  assert.doesNotMatch(client, /Join through/);
});

Deno.test("a clock that looks wrong and a damaged store are said first, in words", () => {
  const clock = { offsetMilliseconds: 600_000, peers: 3 };
  const page = text({ peers: { ...PEERS, clock }, warnings: ["/home/alice is damaged."] });
  assert.match(page, /clock looks wrong: it is 10 minutes behind that of 3 other nodes/);
  assert.match(page, /data folder was damaged/);
  assert.doesNotMatch(page, /\/home\/alice/);
  const ahead = text({ peers: { ...PEERS, clock: { offsetMilliseconds: -70_000, peers: 1 } } });
  assert.match(ahead, /more than a minute ahead of that of 1 other node\./);
});

Deno.test("peers are shown shortened, without their addresses or what went wrong with them", () => {
  const peer = "12D3KooWEwJwFjEvyFA4QbKb1V9qS5R28b5ztumvWtHhQCeVoGRo";
  const others = Array.from({ length: 25 }, () => ({
    peer,
    addresses: ["/ip4/198.51.100.7/tcp/4001"],
    server: true,
  }));
  const page = text({
    network: view({ peers: () => others, status: () => connected }),
    peers: {
      ...PEERS,
      followed: [{
        peer: "peer gateway.example",
        state: "failing",
        taken: 1_234,
        refused: 0,
        answeredAt: 0,
        problem: "10.0.0.7 does not answer.",
      }],
    },
  });
  assert.match(page, />12D3Ko…QCeVoGRo</);
  assert.doesNotMatch(page, /198\.51\.100/);
  assert.match(page, /And 5 more/);
  assert.match(page, /peer gateway\.example[^]*1,234/);
  assert.doesNotMatch(page, /10\.0\.0\.7/);
});

Deno.test("figures: look-ups, their mean time, puts and refused records by reason", () => {
  const page = text({
    network: view({
      status: () => ({
        ...connected,
        lookUps: { found: 3, missing: 1, failed: 0, milliseconds: 100 },
        puts: { confirmed: 40, failed: 2 },
        refused: new Map([["bad-signature", 7], ["older", 0]]),
      }),
    }),
  });
  assert.match(page, /25 ms/);
  assert.match(page, /<dt>bad signature<\/dt>\s*<dd>7<\/dd>/);
  assert.doesNotMatch(page, /<dt>older/);
});

Deno.test("the page has no script and no style of its own", () => {
  assert.doesNotMatch(text({}), /<script|<style|\sstyle=|\son[a-z]+=/i);
});
