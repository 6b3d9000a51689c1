import type { Certificate } from "./certificates.ts";
import { temporaryFolder } from "./temporary.ts";

/** What the server has. */
export interface NginxOptions {
  /** Files by path, e.g. `feed.xml`. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly certificate: Certificate;
}

/** A real web server on loopback, as a publisher has it. */
export interface Nginx extends AsyncDisposable {
  /** The files. */
  readonly httpsPort: number;
  /** Leads to the same path over TLS, whatever the host is. */
  readonly httpPort: number;
  /** What was answered: the request's first line, the status, the media type and the content coding. */
  requests(): Promise<string[]>;
}

const START_MILLISECONDS = 30_000;
/** Somebody else can take a free port before nginx does. */
const START_ATTEMPTS = 5;

/** Starts nginx with a folder of files; `.xml` is RSS, `.car` a CAR file. */
export async function startNginx(nginx: string, options: NginxOptions): Promise<Nginx> {
  const folder = await temporaryFolder();
  const { files, certificate: { cert, key } } = options;
  await Deno.mkdir(`${folder.path}/files`);
  for (const [path, content] of Object.entries(files)) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(`${folder.path}/files/${path}`, bytes);
  }
  await Deno.writeTextFile(`${folder.path}/cert.pem`, cert);
  await Deno.writeTextFile(`${folder.path}/key.pem`, key);
  const { process, ports } = await startProcess(nginx, folder.path);
  return {
    httpsPort: ports.https,
    httpPort: ports.http,
    requests: async () => (await Deno.readTextFile(`${folder.path}/access.log`)).trim().split("\n"),
    async [Symbol.asyncDispose]() {
      process.kill("SIGTERM");
      await process.status;
      await folder[Symbol.asyncDispose]();
    },
  };
}

interface Ports {
  readonly http: number;
  readonly https: number;
}

async function startProcess(
  nginx: string,
  folder: string,
): Promise<{ process: Deno.ChildProcess; ports: Ports }> {
  for (let attempt = 1;; attempt++) {
    const ports = { http: freePort(), https: freePort() };
    await Deno.writeTextFile(`${folder}/nginx.conf`, configuration(ports));
    const process = new Deno.Command(nginx, {
      args: ["-p", folder, "-c", "nginx.conf", "-e", "stderr"],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const complaint = new Response(process.stderr).text();
    if (await isReady(folder, process)) return { process, ports };
    if (attempt === START_ATTEMPTS) throw new Error(`nginx does not start: ${await complaint}`);
  }
}

/** One process, which serves as whoever runs the tests, and writes into its own folder alone. */
function configuration({ http, https }: Ports): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `
daemon off;
master_process off;
pid nginx.pid;
events {}
http {
${temporary.map((what) => `  ${what}_temp_path ${what};\n`).join("")}
  log_format requests '$request $status $sent_http_content_type $sent_http_content_encoding';
  access_log access.log requests;
  types {
    application/rss+xml xml;
    application/vnd.ipld.car car;
  }
  gzip on;
  gzip_min_length 0;
  gzip_types application/rss+xml;
  server {
    listen 127.0.0.1:${http};
    return 301 https://$host:${https}$request_uri;
  }
  server {
    listen 127.0.0.1:${https} ssl http2;
    ssl_certificate cert.pem;
    ssl_certificate_key key.pem;
    root files;
  }
}
`;
}

/** It writes its process id when it listens on every port; this file is no other process's. */
async function isReady(folder: string, process: Deno.ChildProcess): Promise<boolean> {
  let ended = false;
  const status = process.status.then(() => ended = true);
  const deadline = performance.now() + START_MILLISECONDS;
  while (!ended && performance.now() < deadline) {
    const id = await Deno.readTextFile(`${folder}/nginx.pid`).catch(() => "");
    if (Number(id) === process.pid) return true;
    await Promise.race([status, new Promise((resolve) => setTimeout(resolve, 20))]);
  }
  if (!ended) process.kill("SIGKILL");
  return false;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
