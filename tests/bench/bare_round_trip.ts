import { once } from "node:events";
import { connect, createServer } from "node:net";
import { startDelayRelay } from "./delay_relay.ts";
import { listeningPort } from "../support/free_ports.ts";
import { median, time } from "./measure.ts";

const ROUNDS = 40;

/** Milliseconds from one byte sent through a relay to the same byte back: what a question costs at least. */
export async function bareRoundTrip(delayMilliseconds: number): Promise<number> {
  const echo = createServer((socket) => socket.setNoDelay(true).pipe(socket));
  const targetPort = await listeningPort(echo);
  await using relay = await startDelayRelay({ targetPort, delayMilliseconds });
  const socket = connect(relay.port, "127.0.0.1").setNoDelay(true);
  const trips: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const back = once(socket, "data");
    socket.write("?");
    trips.push(await time(() => back));
  }
  socket.destroy();
  echo.close();
  return median(trips);
}
