/** The report of one address in libp2p's message; the runtime's stack follows in further lines. */
const REPORT = /^ {2}(\/\S+): (?:\w*Error: )?(.+)$/gm;

/** Why libp2p listens nowhere, a line for each address, without the stacks that its message quotes. */
export function listenFailures(cause: unknown): unknown {
  if (!(cause instanceof Error) || cause.name !== "UnsupportedListenAddressesError") return cause;
  const reports = [...cause.message.matchAll(REPORT)].map(([, address, why]) =>
    `${address}: ${why}`
  );
  return reports.length === 0 ? cause : new Error(reports.join("\n  "));
}
