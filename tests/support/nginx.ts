import type { Certificate } from "./certificates.ts";
import { eventually } from "./eventually.ts";
import { startServerProgram } from "./server_program.ts";
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
  /**
   * What was asked for at this path, and how it was answered: the request's first line, the status, the
   * media type and the content coding. Waits for the first: nginx writes it after the answer's last byte.
   */
  requests(path: string): Promise<string[]>;
}

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
  const program = await startServerProgram(nginx, {
    ports: 2,
    async configure([httpPort = 0, httpsPort = 0]) {
      await Deno.writeTextFile(`${folder.path}/nginx.conf`, configuration(httpPort, httpsPort));
      return ["-p", folder.path, "-c", "nginx.conf", "-e", "stderr"];
    },
    // It writes its process id when it listens on every port; this file is no other process's.
    isReady: async ({ pid }) =>
      Number(await Deno.readTextFile(`${folder.path}/nginx.pid`).catch(() => "")) === pid,
  });
  const [httpPort = 0, httpsPort = 0] = program.ports;
  return {
    httpsPort,
    httpPort,
    async requests(path) {
      let found: string[] = [];
      await eventually(`${path} is asked for`, async () => {
        const lines = (await Deno.readTextFile(`${folder.path}/access.log`)).split("\n");
        found = lines.slice(0, -1).filter((line) => line.startsWith(`GET ${path} `));
        return found.length > 0;
      });
      return found;
    },
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** One process, which serves as whoever runs the tests, and writes into its own folder alone. */
function configuration(httpPort: number, httpsPort: number): string {
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
    listen 127.0.0.1:${httpPort};
    return 301 https://$host:${httpsPort}$request_uri;
  }
  server {
    listen 127.0.0.1:${httpsPort} ssl http2;
    ssl_certificate cert.pem;
    ssl_certificate_key key.pem;
    root files;
  }
}
`;
}
