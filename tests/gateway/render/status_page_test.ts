import assert from "node:assert/strict";
import { statusPage } from "../../../gateway/render/status_page.ts";
import type { Status } from "../../../gateway/status/status.ts";
import { QUIET } from "../../support/scripted_network.ts";
import {
  connectedPeers,
  networkView,
  NO_PEERS,
  nodeStatus,
  OWN_ADDRESS,
  STATUSES,
} from "../../support/statuses.ts";

function text(status: Status): string {
  return new TextDecoder().decode(statusPage(status));
}

const heading = (status: Status) => /<h1>([^<]*)<\/h1>/.exec(text(status))?.[1];
const connected = { ...QUIET, connections: 2, routingTable: 5 };

Deno.test("the heading says how the node is", () => {
  const headings = Object.entries(STATUSES).map(([name, status]) => [name, heading(status)]);
  assert.deepEqual(Object.fromEntries(headings), {
    "no-node": "This gateway has no node",
    "no-network": "This node is alone",
    "knows-nobody": "This node knows nobody yet",
    looking: "This node is looking for others",
    lost: "This node has lost the others",
    "asks-nobody": "This node can ask nobody yet",
    client: "This node is well",
    well: "This node is well",
    following: "This node is well",
    "wrong-clock": "This node needs you",
    damaged: "This node needs you",
  });
});

Deno.test("a node that knows nobody is told how to join; one that tries already, what to check", () => {
  assert.match(text(nodeStatus()), /To join others, set BOOTSTRAP[^]*PEERS/);
  assert.match(text(nodeStatus({ seeks: true })), /None of those[^]*check[^]*BOOTSTRAP/);
});

Deno.test("each of its own addresses can be copied; a client has none to give", () => {
  assert.ok(text(nodeStatus()).includes(`<pre>${OWN_ADDRESS}</pre>`));
  const client = networkView({ mode: "client", addresses: () => [] });
  assert.doesNotMatch(text(nodeStatus({ network: client })), /Join through/);
});

Deno.test("a clock that looks wrong and a damaged store are said first, in words", () => {
  const clock = { offsetMilliseconds: 600_000, peers: 3 };
  const page = text(
    nodeStatus({ peers: { ...NO_PEERS, clock }, warnings: ["/home/alice is damaged."] }),
  );
  assert.match(page, /clock looks wrong: it is 10 minutes behind that of 3 other nodes/);
  assert.match(page, /data folder was damaged/);
  assert.doesNotMatch(page, /\/home\/alice/);
  const ahead = { offsetMilliseconds: -70_000, peers: 1 };
  assert.match(
    text(nodeStatus({ peers: { ...NO_PEERS, clock: ahead } })),
    /more than a minute ahead of that of 1 other node\./,
  );
});

Deno.test("peers are shown shortened, without their addresses or what went wrong with them", () => {
  const page = text(nodeStatus({
    network: networkView({ peers: () => connectedPeers(25), status: () => connected }),
    peers: {
      ...NO_PEERS,
      followed: [{
        peer: "peer gateway.example",
        state: "failing",
        taken: 1_234,
        refused: 0,
        answeredAt: 0,
        problem: "10.0.0.7 does not answer.",
      }],
    },
  }));
  assert.match(page, />12D3Ko…QCeVooo7</);
  assert.doesNotMatch(page, /198\.51\.100/);
  assert.match(page, /And 5 more/);
  assert.match(page, /peer gateway\.example[^]*1,234/);
  assert.doesNotMatch(page, /10\.0\.0\.7/);
});

Deno.test("figures: look-ups, their mean time, puts and refused records by reason", () => {
  const page = text(nodeStatus({
    network: networkView({
      status: () => ({
        ...connected,
        lookUps: { found: 3, missing: 1, failed: 0, milliseconds: 100 },
        puts: { confirmed: 40, failed: 2 },
        refused: new Map([["bad-signature", 7], ["older", 0]]),
      }),
    }),
  }));
  assert.match(page, /25 ms/);
  assert.match(page, /<dt>Wrong signature<\/dt>\s*<dd>7<\/dd>/);
  assert.doesNotMatch(page, /<dt>Older/);
});

Deno.test("how long it runs is said in the largest unit of which there are two", () => {
  const running = (minutes: number) =>
    /<dt>Running for<\/dt>\s*<dd>([^<]*)/.exec(text(nodeStatus({ now: minutes * 60_000 })))?.[1];
  assert.equal(running(1), "less than 2 minutes");
  assert.equal(running(119), "119 minutes");
  assert.equal(running(47 * 60), "47 hours");
  assert.equal(running(50 * 24 * 60), "50 days");
});

Deno.test("the page has no script and no style of its own", () => {
  assert.doesNotMatch(text(nodeStatus()), /<script|<style|\sstyle=|\son[a-z]+=/i);
});

Deno.test("a gateway that can be reached over Tor says where", () => {
  const onionUrl = "http://example.onion";
  assert.ok(text(nodeStatus({ onionUrl })).includes(`<pre>${onionUrl}/</pre>`));
  assert.ok(
    text(nodeStatus({ store: null, network: null, onionUrl })).includes(`<pre>${onionUrl}/</pre>`),
  );
  assert.doesNotMatch(text(nodeStatus()), /Over Tor/);
});

Deno.test("what was given to others and taken from them is shown in bytes and blocks", () => {
  assert.match(text(nodeStatus()), /given by bitswap<[^]*?>0 bytes in 0 blocks</);
  const page = text(STATUSES["well"] ?? nodeStatus());
  assert.match(page, /given by bitswap<[^]*?>12\.3 GB in 98,765 blocks</);
  assert.match(page, /taken by bitswap<[^]*?>262 kB in 1 block</);
});
