const root = new URL("../../", import.meta.url);

/** The TypeScript files below a folder of the project, as paths from the project's root. */
export async function* sourceFiles(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(new URL(folder, root))) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory) yield* sourceFiles(`${path}/`);
    else if (path.endsWith(".ts")) yield path;
  }
}

export function readSource(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, root));
}

interface GraphModule {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly isDynamic?: boolean;
    readonly code?: { readonly specifier: string };
  }[];
}

/** What importing a file loads at once, as `deno info` names it: everything but dynamic imports. */
export async function loadedByImport(path: string): Promise<ReadonlySet<string>> {
  const start = new URL(path, root).href;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", start],
    cwd: root,
    env: { DENO_NO_UPDATE_CHECK: "1" },
  }).output();
  const { modules }: { modules: readonly GraphModule[] } = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  const loaded = new Set([start]);
  for (const specifier of loaded) {
    const module = modules.find((module) => module.specifier === specifier);
    for (const { isDynamic, code } of module?.dependencies ?? []) {
      if (isDynamic !== true && code !== undefined) loaded.add(code.specifier);
    }
  }
  return loaded;
}
