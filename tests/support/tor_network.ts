import { eventually } from "./eventually.ts";
import { freePorts } from "./free_ports.ts";
import { run } from "./run.ts";
import { temporaryFolder } from "./temporary.ts";
import { needTool } from "./tools.ts";
import { openTorControl, type TorControl } from "./tor_control.ts";

/** A whole Tor network on loopback, which knows of no other. */
export interface TorNetwork extends AsyncDisposable {
  /** The client's SOCKS5 port, as TOR_SOCKS has it. */
  readonly socks: string;
  readonly control: TorControl;
  /** Puts an onion service in front of a port of this machine; gives its URL. */
  addOnion(port: number): Promise<string>;
  /** The service is gone, and nobody can reach it any more. */
  removeOnion(url: string): Promise<void>;
  /** Ends the client, the proxy with it. */
  killClient(): Promise<void>;
}

/** With three the network never came up; each is guard, exit and directory of onion services too. */
const AUTHORITIES = 4;
/** Somebody else can take a free port before Tor does. */
const START_ATTEMPTS = 3;
/** Measured: 10 to 20 s on an idle machine with two cores. */
const READY_MILLISECONDS = 120_000;

interface Authority {
  readonly folder: string;
  readonly name: string;
  readonly orPort: number;
  readonly dirPort: number;
}

/** Starts the network and a client that is ready to build circuits. */
export async function startTorNetwork(): Promise<TorNetwork> {
  for (let attempt = 1;; attempt++) {
    try {
      return await tryToStart();
    } catch (error) {
      if (attempt === START_ATTEMPTS) throw error;
    }
  }
}

async function tryToStart(): Promise<TorNetwork> {
  const [tor, gencert] = await Promise.all([needTool("tor"), needTool("tor-gencert")]);
  const folder = await temporaryFolder();
  const processes: Deno.ChildProcess[] = [];
  const stop = async () => {
    await Promise.all(processes.map(kill));
    await folder[Symbol.asyncDispose]();
  };
  const start = async (directory: string, torrc: string) => {
    await Deno.writeTextFile(`${directory}/torrc`, torrc);
    const process = spawn(tor, ["-f", `${directory}/torrc`]);
    processes.push(process);
    return process;
  };

  try {
    const ports = await freePorts(2 * AUTHORITIES + 2);
    const authorities = await Promise.all(
      Array.from({ length: AUTHORITIES }, async (_, index): Promise<Authority> => {
        const name = `authority${index}`;
        await Deno.mkdir(`${folder.path}/${name}/keys`, { recursive: true, mode: 0o700 });
        return {
          name,
          folder: `${folder.path}/${name}`,
          orPort: ports[2 * index] ?? 0,
          dirPort: ports[2 * index + 1] ?? 0,
        };
      }),
    );
    const identities = await Promise.all(
      authorities.map((authority) => makeIdentity(authority, tor, gencert)),
    );
    const common = ["TestingTorNetwork 1", ...identities.map(({ line }) => line)].join("\n");
    const bandwidths = `${folder.path}/bandwidths`;
    await Deno.writeTextFile(bandwidths, bandwidthFile(identities));
    for (const authority of authorities) {
      await start(authority.folder, `${common}\n${authorityTorrc(authority, bandwidths)}`);
    }
    await eventually("the authorities agree on who is in the network", async () => {
      const counts = await Promise.all(authorities.map(routersInConsensus));
      return counts.every((count) => count === AUTHORITIES);
    }, { patience: READY_MILLISECONDS });

    const [socksPort = 0, controlPort = 0] = ports.slice(2 * AUTHORITIES);
    const clientFolder = `${folder.path}/client`;
    await Deno.mkdir(clientFolder, { mode: 0o700 });
    const client = await start(
      clientFolder,
      `${common}\n${clientTorrc(clientFolder, socksPort, controlPort)}`,
    );
    const control = await openControl(controlPort);
    await eventually("the client can build circuits", async () => {
      const [status = ""] = await control.send("GETINFO status/circuit-established");
      return status.endsWith("=1");
    }, { patience: READY_MILLISECONDS });
    await control.send("SETEVENTS STREAM HS_DESC");
    return {
      socks: `127.0.0.1:${socksPort}`,
      control,
      addOnion: (port) => addOnion(control, port),
      async removeOnion(url) {
        await control.send(`DEL_ONION ${new URL(url).hostname.replace(".onion", "")}`);
      },
      killClient: () => kill(client),
      async [Symbol.asyncDispose]() {
        control.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Until its descriptor is where clients look for it. */
async function addOnion(control: TorControl, port: number): Promise<string> {
  const [first = ""] = await control.send(
    `ADD_ONION NEW:ED25519-V3 Flags=DiscardPK Port=80,127.0.0.1:${port}`,
  );
  const service = first.replace("250-ServiceID=", "");
  await eventually(
    "the onion service is published",
    () => control.events.some((event) => event.startsWith(`HS_DESC UPLOADED ${service} `)),
  );
  return `http://${service}.onion`;
}

async function openControl(port: number): Promise<TorControl> {
  const opened = Promise.withResolvers<TorControl>();
  await eventually("the client's control port answers", async () => {
    opened.resolve(await openTorControl(port));
    return true;
  }, { patience: READY_MILLISECONDS });
  return await opened.promise;
}

/** What the others are told of an authority. */
interface AuthorityIdentity {
  readonly line: string;
  readonly fingerprint: string;
}

async function makeIdentity(
  { folder, name, orPort, dirPort }: Authority,
  tor: string,
  gencert: string,
): Promise<AuthorityIdentity> {
  const makeKey = new Deno.Command(gencert, {
    args: [
      "--create-identity-key",
      "-m",
      "12",
      "-a",
      `127.0.0.1:${dirPort}`,
      "--passphrase-fd",
      "0",
    ],
    cwd: `${folder}/keys`,
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const passphrase = makeKey.stdin.getWriter();
  await passphrase.write(new TextEncoder().encode("passphrase\n"));
  await passphrase.close();
  if (!(await makeKey.status).success) throw new Error("tor-gencert failed");
  const certificate = await Deno.readTextFile(`${folder}/keys/authority_certificate`);
  const v3ident = /^fingerprint ([0-9A-F]{40})$/m.exec(certificate)?.[1];
  const printed = await run(tor, [
    ...["--ignore-missing-torrc", "-f", `${folder}/none`, "--list-fingerprint", "--quiet"],
    ...["--DataDirectory", folder, "--Nickname", name, "--ORPort", `127.0.0.1:${orPort}`],
    ...["--DirAuthority", `placeholder v3ident=${v3ident} 127.0.0.1:${dirPort} ${v3ident}`],
  ]);
  const fingerprint = /^\S+ ((?:[0-9A-F]{4} ?){10})$/m.exec(printed)?.[1]?.replaceAll(" ", "");
  if (v3ident === undefined || fingerprint === undefined) throw new Error(`no keys: ${printed}`);
  const line = `DirAuthority ${name} orport=${orPort} no-v2 v3ident=${v3ident} ` +
    `127.0.0.1:${dirPort} ${fingerprint}`;
  return { line, fingerprint };
}

/** Without a vote on bandwidths, nobody would be chosen for circuits. */
function bandwidthFile(identities: readonly AuthorityIdentity[]): string {
  const now = Math.floor(Date.now() / 1_000);
  const lines = identities.map(({ fingerprint }) => `node_id=$${fingerprint} bw=1000`);
  return `${[now, ...lines].join("\n")}\n`;
}

function authorityTorrc(
  { folder, name, orPort, dirPort }: Authority,
  bandwidths: string,
): string {
  return `DataDirectory ${folder}
Nickname ${name}
ContactInfo nobody@example.com
Address 127.0.0.1
ORPort 127.0.0.1:${orPort}
DirPort 127.0.0.1:${dirPort}
SocksPort 0
AuthoritativeDirectory 1
V3AuthoritativeDirectory 1
TestingV3AuthInitialVotingInterval 5
TestingV3AuthInitialVoteDelay 2
TestingV3AuthInitialDistDelay 2
V3AuthVotingInterval 10
V3AuthVoteDelay 2
V3AuthDistDelay 2
TestingDirAuthVoteExit *
TestingDirAuthVoteGuard *
TestingDirAuthVoteHSDir *
TestingMinExitFlagThreshold 0
AuthDirTestReachability 0
AssumeReachable 1
PathsNeededToBuildCircuits 0.25
V3BandwidthsFile ${bandwidths}
GeoIPFile /dev/null
GeoIPv6File /dev/null
Log notice file ${folder}/log
`;
}

/** `SocksPort` as Debian's torrc has it: nothing but the address. */
function clientTorrc(folder: string, socksPort: number, controlPort: number): string {
  return `DataDirectory ${folder}
SocksPort 127.0.0.1:${socksPort}
ControlPort 127.0.0.1:${controlPort}
PathsNeededToBuildCircuits 0.25
GeoIPFile /dev/null
GeoIPv6File /dev/null
Log notice file ${folder}/log
`;
}

async function routersInConsensus({ dirPort }: Authority): Promise<number> {
  const url = `http://127.0.0.1:${dirPort}/tor/status-vote/current/consensus-microdesc`;
  const response = await fetch(url, { headers: { "Accept-Encoding": "identity" } });
  return (await response.text()).match(/^r /gm)?.length ?? 0;
}

function spawn(program: string, args: string[]): Deno.ChildProcess {
  return new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
}

async function kill(process: Deno.ChildProcess): Promise<void> {
  try {
    process.kill("SIGKILL");
  } catch {
    // It has ended by itself.
  }
  await process.status;
}
