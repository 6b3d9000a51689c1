import assert from "node:assert/strict";
import { createPutTurn } from "../../resolver/network/put_turn.ts";
import { NO_RULES } from "../../resolver/rules/operator_rules.ts";
import { identityKey, sameIdentity } from "../../schemas/identity.ts";
import { createTestClock } from "../support/clock.ts";
import { GET_VALUE, kadKey, kadRecord, kadValue, PUT_VALUE } from "../support/kad_messages.ts";
import { startKadPeer } from "../support/kad_peer.ts";
import { LIBP2P_TEST, startNetworkNode } from "../support/network.ts";
import { makeSigner, signPointer, verifiedPointer } from "../support/pointers.ts";

Deno.test(
  "the DHT neither gives nor takes what the node's operator refuses, and counts it",
  LIBP2P_TEST,
  async () => {
    const [before, denied, other] = [makeSigner(), makeSigner(), makeSigner()];
    let refuses = [denied.identity];
    await using member = await startNetworkNode({
      rules: {
        ...NO_RULES,
        refusesIdentity: (identity) => refuses.some((each) => sameIdentity(each, identity)),
      },
    });
    await using peer = await startKadPeer();
    const [address = ""] = member.network.addresses();
    const put = async (signer: typeof denied) => {
      const key = kadKey(identityKey(signer.identity));
      const record = kadRecord(key, await signPointer(signer));
      return await peer.ask(address, { type: PUT_VALUE, key, record });
    };
    const get = async ({ identity }: typeof denied) => {
      const answer = await peer.ask(address, {
        type: GET_VALUE,
        key: kadKey(identityKey(identity)),
      });
      return kadValue(answer?.record);
    };

    await put(before);
    await put(denied);
    await put(other);
    assert.equal(member.network.status().refused.get("operator-rules"), 1);
    assert.equal(member.node.pointers.count(), 2);
    assert.notEqual(await get(before), null);
    refuses = [denied.identity, before.identity];
    assert.equal(await get(before), null);
    assert.notEqual(await get(other), null);
  },
);

Deno.test(
  "a held pointer that came to be refused is not put again, and waits for its next turn",
  LIBP2P_TEST,
  async () => {
    await using member = await startNetworkNode();
    const { node: { pointers }, network, verifier } = member;
    const pointer = await verifiedPointer(makeSigner());
    pointers.put(pointer, { kind: "operator" });
    const clock = createTestClock(Date.now());
    const turn = createPutTurn({
      pointers,
      network,
      verifier,
      refuses: () => true,
      clock: clock.now,
      alarm: clock.alarm,
      random: () => 0,
      signal: new AbortController().signal,
      report: (problem) => assert.fail(String(problem)),
    });
    const [due] = pointers.schedule.due(clock.now(), 1);
    assert.ok(due !== undefined);
    await turn(due);
    assert.deepEqual(network.status().puts, { confirmed: 0, failed: 0 });
    assert.deepEqual(pointers.schedule.due(clock.now(), 1), []);
  },
);
