import { run } from "./run.ts";
import { temporaryFolder } from "./temporary.ts";

/** A certificate with its key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority for one test. */
export interface Authority {
  /** Its own certificate, PEM: who trusts it trusts what it issues. */
  readonly pem: string;
  /** For names like `DNS:a.example` and `IP:127.0.0.1`; valid for `days`, in the past if negative. */
  issue(names: readonly string[], days?: number): Promise<Certificate>;
}

const NEW_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key".split(" ");

/** Makes a new authority with openssl. */
export async function createAuthority(openssl: string): Promise<Authority> {
  await using folder = await temporaryFolder();
  const subject = ["-subj", "/CN=Test authority", "-addext", "basicConstraints=critical,CA:TRUE"];
  const options = { cwd: folder.path };
  await run(
    openssl,
    ["req", "-x509", ...NEW_KEY, "-out", "cert", "-days", "30", ...subject],
    options,
  );
  const authority = await readCertificate(folder.path);
  return {
    pem: authority.cert,
    issue: (names, days = 30) => issue(openssl, authority, names, days),
  };
}

async function issue(
  openssl: string,
  authority: Certificate,
  names: readonly string[],
  days: number,
): Promise<Certificate> {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/ca`, authority.cert);
  await Deno.writeTextFile(`${folder.path}/ca-key`, authority.key);
  await Deno.writeTextFile(`${folder.path}/names`, `subjectAltName=${names.join(",")}`);
  const options = { cwd: folder.path };
  await run(openssl, ["req", ...NEW_KEY, "-out", "request", "-subj", "/CN=Test"], options);
  const signing = ["-CA", "ca", "-CAkey", "ca-key", "-CAcreateserial", "-extfile", "names"];
  const output = ["-in", "request", "-out", "cert", "-days", `${days}`];
  await run(openssl, ["x509", "-req", ...output, ...signing], options);
  return await readCertificate(folder.path);
}

async function readCertificate(folder: string): Promise<Certificate> {
  const [cert, key] = await Promise.all([
    Deno.readTextFile(`${folder}/cert`),
    Deno.readTextFile(`${folder}/key`),
  ]);
  return { cert, key };
}
