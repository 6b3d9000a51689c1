import { connect, type Socket } from "node:net";

/** A line that begins an event, e.g. `650 STREAM 5 SUCCEEDED 12 …`. */
const EVENT = /^650[ +-]/;
/** A reply's last line has a space behind its code. */
const LAST_LINE = /^(\d{3}) /;

/** Tor's control port (control-spec). */
export interface TorControl {
  /** Sends a command and gives its reply's lines; throws when it is refused. */
  send(command: string): Promise<readonly string[]>;
  /** Every event's line so far, without its code. */
  readonly events: readonly string[];
  close(): void;
}

/** Connects to a control port that asks for no password. */
export async function openTorControl(port: number): Promise<TorControl> {
  const socket = await connected(port);
  const events: string[] = [];
  const waiting: PromiseWithResolvers<readonly string[]>[] = [];
  let lines: string[] = [];
  let rest = "";

  socket.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\r\n");
    rest = parts.pop() ?? "";
    for (const line of parts) take(line);
  });
  socket.on("close", () => waiting.forEach(({ reject }) => reject(new Error("Tor has ended"))));

  function take(line: string): void {
    if (EVENT.test(line)) return void events.push(line.slice(4));
    lines.push(line);
    const code = LAST_LINE.exec(line)?.[1];
    if (code === undefined) return;
    const reply = waiting.shift();
    if (code.startsWith("2")) reply?.resolve(lines);
    else reply?.reject(new Error(line));
    lines = [];
  }
  async function send(command: string): Promise<readonly string[]> {
    const reply = Promise.withResolvers<readonly string[]>();
    waiting.push(reply);
    socket.write(`${command}\r\n`);
    return await reply.promise;
  }

  await send("AUTHENTICATE");
  return { send, events, close: () => socket.destroy() };
}

async function connected(port: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host: "127.0.0.1", port });
  socket.on("error", reject).once("connect", () => resolve());
  await promise;
  return socket;
}
