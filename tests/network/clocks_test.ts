import assert from "node:assert/strict";
import { openPeerRecords } from "../../resolver/peers/records.ts";
import { startPeers } from "../../resolver/peers/start.ts";
import { CLOCK_TOLERANCE_MILLISECONDS } from "../../schemas/pointer.ts";
import { appOutbound, type Handler } from "../support/app_outbound.ts";
import { createTestClock, type TestClock } from "../support/clock.ts";
import { eventually } from "../support/eventually.ts";
import {
  LIBP2P_TEST,
  type NetworkNode,
  startNetwork,
  startNetworkNode,
  until,
} from "../support/network.ts";
import { settingsOf } from "../support/parts.ts";
import { peerApi } from "../support/peer_api.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { heldTimestamp, publishWidely, visit, visited } from "../support/visits.ts";

const HEALTHY = 6;
const OFF_MILLISECONDS = 10 * 60_000;
const HOUR_MILLISECONDS = 60 * 60_000;
/** How soon after a pointer has become valid a node that was shown it before must have it. */
const CATCH_UP_MILLISECONDS = 60_000;

/** A node whose clock the test turns, with its peers' part. */
interface NodeWithClock extends AsyncDisposable {
  readonly member: NetworkNode;
  readonly clock: TestClock;
  /** What its operator is told. */
  readonly problems: readonly string[];
  looksWrong(): boolean;
}

/** `aheadMilliseconds`: of everybody else; `hosts`: its peers by HTTP. */
async function startNodeWithClock(
  bootstrap: string,
  aheadMilliseconds: number,
  hosts: Readonly<Record<string, Handler>> = {},
): Promise<NodeWithClock> {
  await using cleanUp = new AsyncDisposableStack();
  const clock = createTestClock(Date.now() + aheadMilliseconds);
  const problems: string[] = [];
  const report = (problem: string) => void problems.push(problem);
  const settings = settingsOf({});
  const records = openPeerRecords({
    settings,
    keyValues: null,
    clock: clock.now,
    random: () => 0.5,
    report,
  });
  const member = await startNetworkNode({
    environment: { BOOTSTRAP: bootstrap },
    clock: clock.now,
    network: { onNotYetValid: records.waitingRoom.noteRecord },
  });
  cleanUp.use(member);
  const stopping = new AbortController();
  const peers = startPeers({
    peers: Object.keys(hosts),
    records,
    node: member.node,
    network: member.network,
    verifier: member.verifier,
    outbound: appOutbound(hosts),
    clock: clock.now,
    alarm: clock.alarm,
    lookUp: (identity) => visit(member, identity, { clock: clock.now }),
    report,
    signal: stopping.signal,
  });
  cleanUp.defer(async () => {
    stopping.abort();
    await peers.ended;
  });
  const stack = cleanUp.move();
  return {
    member,
    clock,
    problems,
    looksWrong: () => peers.status().clock !== null,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** A peer by HTTP whose clock is right. It answers at once, whether it has news or not. */
function peerWithDate({ node }: NetworkNode): Handler {
  const answer = peerApi({ node, clock: Date.now });
  return async (request) => {
    const url = new URL(request.url);
    url.searchParams.delete("wait");
    const { status, headers, body } = await answer(new Request(url, request));
    const dated = new Headers(headers);
    dated.set("Date", new Date().toUTCString());
    return new Response(body, { status, headers: dated });
  };
}

Deno.test(
  "clocks that are ten minutes wrong harm nobody else, and are told",
  LIBP2P_TEST,
  async (t) => {
    await using network = await startNetwork({ size: HEALTHY });
    const healthy = network.nodes;
    const [entry] = healthy;
    assert.ok(entry !== undefined);
    const bootstrap = entry.network.addresses().join(",");
    await using slow = await startNodeWithClock(bootstrap, -OFF_MILLISECONDS);
    await using fast = await startNodeWithClock(bootstrap, OFF_MILLISECONDS, {
      "http://right.example": peerWithDate(entry),
    });
    const all = [...healthy, slow.member, fast.member];
    await until(
      "everybody knows everybody",
      () => all.every(({ network }) => network.status().routingTable === all.length - 1),
    );

    const start = Date.now();
    const at = (milliseconds: number) => new Date(start + milliseconds).toISOString();
    const signers = [makeSigner(), makeSigner(), makeSigner()];
    /** Until so many others have confirmed each. */
    const publish = async (milliseconds: number, where: readonly NetworkNode[], others: number) => {
      for (const [index, signer] of signers.entries()) {
        const member = where[index % where.length];
        assert.ok(member !== undefined);
        const pointer = await verifiedPointer(signer, { timestamp: at(milliseconds) });
        await publishWidely(member, pointer, others);
      }
    };
    const answers = (member: NetworkNode, clock?: TestClock) =>
      Promise.all(
        signers.map(({ identity }) =>
          visited(member, identity, clock === undefined ? {} : { clock: clock.now })
        ),
      );
    const everywhere = (milliseconds: number) => signers.map(() => at(milliseconds));

    await t.step("an old pointer is held by all", async () => {
      await publish(-HOUR_MILLISECONDS, healthy, all.length - 1);
      for (const { node } of all) {
        for (const { identity } of signers) {
          assert.equal(heldTimestamp(node, identity), at(-HOUR_MILLISECONDS));
        }
      }
    });

    await t.step("a new one reaches everybody but the slow one", async () => {
      await publish(0, healthy, all.length - 2);
      for (const member of healthy) assert.deepEqual(await answers(member), everywhere(0));
      assert.deepEqual(await answers(fast.member, fast.clock), everywhere(0));
      assert.deepEqual(await answers(slow.member, slow.clock), everywhere(-HOUR_MILLISECONDS));
      assert.equal(slow.looksWrong(), true);
      assert.match(slow.problems.join(), /clock looks wrong/);
    });

    await t.step("the slow one has it within a minute of its becoming valid there", async () => {
      await slow.clock.advance(
        OFF_MILLISECONDS - CLOCK_TOLERANCE_MILLISECONDS + CATCH_UP_MILLISECONDS,
      );
      await until(
        "it caught up",
        () => signers.every(({ identity }) => heldTimestamp(slow.member.node, identity) === at(0)),
      );
      assert.deepEqual(await answers(slow.member, slow.clock), everywhere(0));
    });

    await t.step(
      "the fast one sees by the dates of its peer's answers that it is fast",
      async () => {
        await eventually("its clock looks wrong", async () => {
          await fast.clock.advance(10_000);
          return fast.looksWrong();
        });
        assert.match(fast.problems.join(), /clock looks wrong/);
      },
    );

    await t.step("what the fast one publishes too early is stored by nobody else", async () => {
      const refusals = ({ network }: NetworkNode) =>
        network.status().refused.get("not-valid-yet") ?? 0;
      await eventually("every healthy one has refused it", async () => {
        await publish(OFF_MILLISECONDS, [fast.member], 0);
        return healthy.every((member) => refusals(member) >= signers.length);
      });
      for (const { identity } of signers) {
        assert.equal(heldTimestamp(fast.member.node, identity), at(OFF_MILLISECONDS));
      }
      for (const member of healthy) {
        assert.deepEqual(await answers(member), everywhere(0));
        for (const { identity } of signers) {
          assert.equal(heldTimestamp(member.node, identity), at(0));
        }
      }
    });
  },
);
