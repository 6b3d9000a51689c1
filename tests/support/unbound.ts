import { createAuthority } from "./certificates.ts";
import { run } from "./run.ts";
import { startServerProgram } from "./server_program.ts";
import { type SignedZone, type SignedZoneFiles, signZone } from "./signed_zone.ts";
import { temporaryFolder } from "./temporary.ts";
import { needTool } from "./tools.ts";

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

export async function startUnbound(options: UnboundOptions = {}): Promise<Unbound> {
  const [unbound, control, openssl] = await Promise.all([
    needTool("unbound"),
    needTool("unbound-control"),
    needTool("openssl"),
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
  const command = (...args: readonly string[]) =>
    run(control, ["-c", `${folder.path}/unbound.conf`, ...args]);
  const program = await startServerProgram(unbound, {
    ports: 2,
    async configure(ports) {
      const text = configuration(folder.path, ports, options, zones);
      await writeFiles(folder.path, { "unbound.conf": text });
      return ["-d", "-c", `${folder.path}/unbound.conf`];
    },
    isReady: () => command("status").then(() => true, () => false),
  });
  const [dnsPort = 0, httpsPort = 0] = program.ports;
  const stop = async () => {
    await program[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  };
  return {
    dns: `127.0.0.1:${dnsPort}`,
    doh: `https://127.0.0.1:${httpsPort}/dns-query`,
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

type NamedZone = SignedZoneFiles & { readonly name: string };

function configuration(
  folder: string,
  [dnsPort = 0, httpsPort = 0]: readonly number[],
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
  interface: 127.0.0.1@${dnsPort}
  interface: 127.0.0.1@${httpsPort}
  https-port: ${httpsPort}
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

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
}
