/** The terminal's Ctrl-C, or a service manager's request. A second one ends the process at once. */
export function toldToStop(): Promise<void> {
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  let told = false;
  return new Promise((resolve) => {
    for (const signal of signals) {
      Deno.addSignalListener(signal, () => {
        if (told) Deno.exit(130);
        told = true;
        resolve();
      });
    }
  });
}
