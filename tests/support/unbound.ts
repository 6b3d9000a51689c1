import { createAuthority } from "./certificates.ts";
import { run } from "./run.ts";
import { type SignedZone, type SignedZoneFiles, signZone } from "./signed_zone.ts";
import { temporaryFolder } from "./temporary.ts";
import { findTool } from "./tools.ts";

export interface UnboundOptions {
  /** Zone file lines with full names: `_ourspace.alice.example. 60 IN TXT "address=0x…"`. */
  readonly records?: readonly string[];
  readonly signedZones?: readonly SignedZone[];
  /** Zones about which the server answers REFUSED. */
  readonly refused?: readonly string[];
}

/** A real DNS server on loopback. What it does not know does not exist. */
export interface Unbound extends AsyncDisposable {
  /** `127.0.0.1:port` for UDP and TCP. */
  readonly dns: string;
  /** `https://127.0.0.1:port/dns-query`, HTTP/2 only. */
  readonly doh: string;
  /** Who signed the HTTPS certificate, PEM; `NODE_EXTRA_CA_CERTS` takes the file. */
  readonly certificateAuthority: string;
  readonly certificateAuthorityFile: string;
  /** Replaces all records of the record's name. */
  set(record: string): Promise<void>;
  /** Removes all records of the name. */
  remove(name: string): Promise<void>;
  stop(): Promise<void>;
}

const START_MILLISECONDS = 60_000;
/** Somebody else can take a free port before unbound does. */
const START_ATTEMPTS = 5;

export async function startUnbound(options: UnboundOptions = {}): Promise<Unbound> {
  const [unbound, control, openssl] = await Promise.all([
    need("unbound"),
    need("unbound-control"),
    need("openssl"),
  ]);
  const folder = await temporaryFolder();
  const authority = await createAuthority(openssl);
  const { cert, key } = await authority.issue(["IP:127.0.0.1"]);
  const zones = await Promise.all((options.signedZones ?? []).map(async (zone) => ({
    name: zone.name,
    ...await signZone(zone, folder.path),
  })));
  await writeFiles(folder.path, {
    "ca.pem": authority.pem,
    "cert.pem": cert,
    "key.pem": key,
    anchors: zones.map((zone) => zone.anchor).join("\n"),
  });
  const command: Control = (...args) =>
    run(control, ["-c", `${folder.path}/unbound.conf`, ...args]);
  const { process, ports } = await startProcess(unbound, command, folder.path, options, zones);
  const stop = async () => {
    process.kill("SIGTERM");
    await process.status;
    await folder[Symbol.asyncDispose]();
  };
  return {
    dns: `127.0.0.1:${ports.dns}`,
    doh: `https://127.0.0.1:${ports.https}/dns-query`,
    certificateAuthority: authority.pem,
    certificateAuthorityFile: `${folder.path}/ca.pem`,
    async set(record) {
      await command("local_data_remove", record.split(/\s/)[0] ?? "");
      await command("local_data", record);
    },
    async remove(name) {
      await command("local_data_remove", name);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

type Control = (...args: readonly string[]) => Promise<string>;

async function startProcess(
  unbound: string,
  control: Control,
  folder: string,
  options: UnboundOptions,
  zones: readonly NamedZone[],
): Promise<{ process: Deno.ChildProcess; ports: Ports }> {
  for (let attempt = 1;; attempt++) {
    const ports = { dns: freePort(), https: freePort() };
    await writeFiles(folder, { "unbound.conf": configuration(folder, ports, options, zones) });
    const process = new Deno.Command(unbound, {
      args: ["-d", "-c", `${folder}/unbound.conf`],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const complaint = new Response(process.stderr).text();
    if (await isReady(control, process)) return { process, ports };
    if (attempt === START_ATTEMPTS) throw new Error(`unbound does not start: ${await complaint}`);
  }
}

interface Ports {
  readonly dns: number;
  readonly https: number;
}

type NamedZone = SignedZoneFiles & { readonly name: string };

function configuration(
  folder: string,
  ports: Ports,
  { records = [], refused = [] }: UnboundOptions,
  zones: readonly NamedZone[],
): string {
  return `
server:
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: ""
  use-syslog: no
  num-threads: 1
  interface: 127.0.0.1@${ports.dns}
  interface: 127.0.0.1@${ports.https}
  https-port: ${ports.https}
  tls-service-key: key.pem
  tls-service-pem: cert.pem
  module-config: "validator iterator"
  trust-anchor-file: anchors
  ede: yes
  local-zone: "." static
${zones.map(({ name }) => `  local-zone: "${name}." transparent\n`).join("")}
${refused.map((name) => `  local-zone: "${name}." refuse\n`).join("")}
${records.map((record) => `  local-data: '${record}'\n`).join("")}
remote-control:
  control-enable: yes
  control-interface: "${folder}/control"
  control-use-cert: no
${zones.map(authZone).join("")}`;
}

/** Its records go through the validator like those of any zone of the Internet. */
function authZone({ name, zoneFile }: NamedZone): string {
  return `
auth-zone:
  name: "${name}."
  zonefile: "${zoneFile}"
  for-downstream: no
  for-upstream: yes
`;
}

/** Asks this very process: the port alone could be somebody else's. */
async function isReady(control: Control, process: Deno.ChildProcess): Promise<boolean> {
  let ended = false;
  const status = process.status.then(() => ended = true);
  const deadline = performance.now() + START_MILLISECONDS;
  while (!ended && performance.now() < deadline) {
    const ready = await control("status").then(() => true, () => false);
    if (ready) return true;
    await Promise.race([status, new Promise((resolve) => setTimeout(resolve, 20))]);
  }
  if (!ended) process.kill("SIGKILL");
  return false;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function need(tool: "unbound" | "unbound-control" | "openssl"): Promise<string> {
  const path = await findTool(tool);
  if (path === null) throw new Error(`${tool} is not installed`);
  return path;
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
}
