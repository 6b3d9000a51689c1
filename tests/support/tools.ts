/** The programs that tests use for real, and how a person gets each of them. */
const INSTALL = {
  anvil: "npm install --global @foundry-rs/anvil@1.7.1",
  cast: "npm install --global @foundry-rs/cast@1.7.1",
  chromium: "apt-get install chromium",
  "feedparser-python": "apt-get install python3-feedparser",
  ip: "apt-get install iproute2",
  ipfs: "see .ci/install (Kubo, built with Go)",
  newsboat: "apt-get install newsboat",
  nginx: "apt-get install nginx-light",
  nsenter: "apt-get install util-linux",
  unbound: "apt-get install unbound",
  "unbound-control": "apt-get install unbound",
  "dnssec-keygen": "apt-get install bind9-utils",
  "dnssec-signzone": "apt-get install bind9-utils",
  openssl: "apt-get install openssl",
  tor: "apt-get install tor",
  "tor-gencert": "apt-get install tor",
  unshare: "apt-get install util-linux, as a user who may make network namespaces",
  xsltproc: "apt-get install xsltproc",
  wrk: "apt-get install wrk",
} as const;

export type Tool = keyof typeof INSTALL;

/** What a program is of no use without, in the tests. */
const COMPANIONS: Partial<Record<Tool, readonly Tool[]>> = {
  tor: ["tor-gencert"],
  nginx: ["openssl"],
  unshare: ["ip", "nsenter"],
  unbound: ["unbound-control", "openssl", "dnssec-keygen", "dnssec-signzone"],
};

/** Words before a command that runs in a network of its own, with the rights to change it. */
export const IN_OWN_NETWORK = [
  "--user",
  "--map-root-user",
  "--net",
  "--mount",
  "--pid",
  "--fork",
  "--kill-child",
] as const;

/**
 * The program's path, or null. `feedparser-python` is a Python that can import feedparser; `unshare`
 * counts only where it is allowed to make a network of its own.
 */
export async function findTool(tool: Tool): Promise<string | null> {
  if (tool === "feedparser-python") return await pythonWithFeedparser();
  const path = await findProgram(tool);
  return tool === "unshare" && path !== null && !await succeeds(path, [...IN_OWN_NETWORK, "true"])
    ? null
    : path;
}

/** The program's path. Throws where it is missing. */
export async function needTool(tool: Tool): Promise<string> {
  const path = await findTool(tool);
  if (path === null) throw new Error(`${tool} is not installed: ${INSTALL[tool]}`);
  return path;
}

async function findProgram(tool: Tool): Promise<string | null> {
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin", "/usr/local/sbin"];
  for (const folder of folders) {
    const path = `${folder}/${tool}`;
    const info = await Deno.stat(path).catch(() => null);
    if (info?.isFile) return path;
  }
  return null;
}

async function firstMissing(tools: readonly Tool[]): Promise<Tool | null> {
  for (const tool of tools) if (await findTool(tool) === null) return tool;
  return null;
}

async function pythonWithFeedparser(): Promise<string | null> {
  for (const python of ["/usr/bin/python3", "python3"]) {
    if (await succeeds(python, ["-c", "import feedparser"])) return python;
  }
  return null;
}

async function succeeds(program: string, args: string[]): Promise<boolean> {
  const run = new Deno.Command(program, { args, stdout: "null", stderr: "null" });
  const outcome = await run.output().catch(() => null);
  return outcome?.success === true;
}

/**
 * A test against a real program. Without the program it is skipped with one line that says how to
 * install it; with REQUIRE_REAL=1 it fails instead, so that nothing is skipped unseen.
 */
export function realTest(
  tool: Tool,
  name: string,
  run: (t: Deno.TestContext, path: string) => Promise<void>,
): void {
  Deno.test({
    name,
    // Programs' sockets and a library's timers may outlive the last await by a tick.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async (t) => {
      const path = await findTool(tool);
      const missing = path === null ? tool : await firstMissing(COMPANIONS[tool] ?? []);
      if (path !== null && missing === null) return await run(t, path);
      const hint = `${missing} is not installed: ${INSTALL[missing ?? tool]}`;
      if (Deno.env.get("REQUIRE_REAL") === "1") throw new Error(hint);
      await t.step({ name: `SKIPPED, ${hint}`, ignore: true, fn: () => {} });
    },
  });
}
