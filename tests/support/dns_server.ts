import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";

/** What a scripted server does with one query. */
export interface DnsScript {
  /** Over UDP. `send` answers from the server's own port, `sendFromElsewhere` from another one. */
  udp(query: Uint8Array, way: UdpWay): void;
  /** Over TCP: the connection's raw bytes are the script's. */
  tcp?(query: Uint8Array, socket: Socket): void;
}

export interface UdpWay {
  /** Where the query came from. */
  readonly port: number;
  send(reply: Uint8Array): void;
  sendFromElsewhere(reply: Uint8Array): void;
}

/** A DNS server on loopback that may break every rule. */
export interface DnsServerProcess extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  /** How many queries came, by datagram and by connection. */
  readonly asked: { udp: number; tcp: number };
}

export async function startDnsServer(script: DnsScript): Promise<DnsServerProcess> {
  const asked = { udp: 0, tcp: 0 };
  const sockets = new Set<Socket>();
  const tcp = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    socket.once("data", (bytes) => {
      asked.tcp++;
      if (typeof bytes !== "string") script.tcp?.(bytes.subarray(2), socket);
    });
  });
  tcp.listen(0, "127.0.0.1");
  await once(tcp, "listening");
  const address = tcp.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  const { port } = address;
  const udp = createSocket("udp4");
  const elsewhere = createSocket("udp4");
  udp.on("message", (query, sender) => {
    asked.udp++;
    script.udp(query, {
      port: sender.port,
      send: (reply) => udp.send(reply, sender.port, sender.address),
      sendFromElsewhere: (reply) => elsewhere.send(reply, sender.port, sender.address),
    });
  });
  udp.bind(port, "127.0.0.1");
  await once(udp, "listening");
  return {
    address: "127.0.0.1",
    port,
    asked,
    async [Symbol.asyncDispose]() {
      udp.close();
      elsewhere.close();
      sockets.forEach((socket) => socket.destroy());
      tcp.close();
      await once(tcp, "close");
    },
  };
}

/** A DNS message as TCP carries it. */
export function framed(message: Uint8Array): Uint8Array {
  return new Uint8Array([message.length >> 8, message.length & 0xff, ...message]);
}
