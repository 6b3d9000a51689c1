import assert from "node:assert/strict";
import { openWebSocket, wantsWebSocket } from "../../gateway/websocket_door.ts";
import type { PointerNetwork } from "../../resolver/network/network.ts";
import { scriptedNetwork } from "../support/scripted_network.ts";

/** A server that takes WebSockets at its door and answers everything else with a word. */
function startServer(network: PointerNetwork | null) {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request, info) =>
      wantsWebSocket(request)
        ? openWebSocket(request, info.remoteAddr, network)
        : new Response("a page"),
  );
  return { host: `127.0.0.1:${server.addr.port}`, stop: () => server.shutdown() };
}

Deno.test("a WebSocket at / is handed to the network, with whom it comes from", async () => {
  const accepted = Promise.withResolvers<{ socket: WebSocket; hostname: string }>();
  const network = scriptedNetwork({
    accept: (socket, { hostname }) => accepted.resolve({ socket, hostname }),
  });
  const server = startServer(network);
  const mine = new WebSocket(`ws://${server.host}/`);
  const { socket, hostname } = await accepted.promise;
  assert.equal(hostname, "127.0.0.1");
  assert.equal(socket.binaryType, "arraybuffer");
  const received = Promise.withResolvers<unknown>();
  mine.binaryType = "arraybuffer";
  mine.onmessage = ({ data }) => received.resolve(data);
  socket.onopen = () => socket.send(new Uint8Array([1, 2, 3]));
  const data = await received.promise;
  assert.ok(data instanceof ArrayBuffer);
  assert.deepEqual([...new Uint8Array(data)], [1, 2, 3]);
  const closed = Promise.all(
    [mine, socket].map((end) => new Promise((resolve) => end.addEventListener("close", resolve))),
  );
  mine.close();
  await closed;
  await server.stop();
});

const UPGRADE = {
  "Upgrade": "websocket",
  "Connection": "Upgrade",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};

Deno.test("only a WebSocket at / is one: everything else is answered as ever", () => {
  const wanted = (path: string, headers: Record<string, string>) =>
    wantsWebSocket(new Request(`http://gateway.example${path}`, { headers }));
  assert.ok(wanted("/", UPGRADE));
  assert.ok(wanted("/", { Upgrade: "WebSocket" }));
  assert.ok(!wanted("/", {}));
  assert.ok(!wanted("/", { Upgrade: "h2c" }));
  assert.ok(!wanted("/alice.example/", UPGRADE));
  assert.ok(!wanted("/health", UPGRADE));
});

Deno.test("a gateway that is in no network, or only asks, says so", async () => {
  for (const network of [null, scriptedNetwork({ mode: "client" })]) {
    const request = new Request("http://gateway.example/", { headers: UPGRADE });
    const answer = openWebSocket(request, { hostname: "192.0.2.1", port: 1 }, network);
    assert.equal(answer.status, 404);
    assert.equal((await answer.json()).type, "urn:ourspace:problem:no-network");
  }
});

Deno.test("an incomplete handshake is refused", async () => {
  const server = startServer(scriptedNetwork());
  const connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(server.host.split(":")[1]),
  });
  const lines = [
    "GET / HTTP/1.1",
    `Host: ${server.host}`,
    "Upgrade: websocket",
    "Connection: close",
  ];
  await connection.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
  const answer = await new Response(connection.readable).text();
  assert.match(answer, /^HTTP\/1\.1 400 /);
  await server.stop();
});
