import type { Dag } from "../../../resolver/content/dag_builder.ts";
import type { Call } from "../../../resolver/contracts.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";
import type { PublishArguments } from "./arguments.ts";
import { writeCarFile } from "./car_file.ts";
import { checkLocations } from "./locations.ts";
import { describeFailure } from "./places/describe_failure.ts";
import type { Targets } from "./places/mod.ts";
import { byteProgress } from "./progress.ts";
import type { Tools } from "./tools.ts";

/**
 * Puts the content wherever the publisher keeps it, and warns of locations that do not serve it.
 * Returns the names of the holders that are no nodes. Throws when the own node does not take it.
 */
export async function storeContent(
  dag: Dag,
  { locations, carFile }: Pick<PublishArguments, "locations" | "carFile">,
  { own, others }: Targets,
  { terminal, outbound, tor }: Pick<Tools, "terminal" | "outbound" | "tor">,
  call: Call,
): Promise<readonly string[]> {
  const progress = (name: string) => byteProgress(terminal, `Storing in ${name}`, dag.byteCount);
  if (own !== null) {
    await own.store(dag, call, progress(own.name)).catch((cause) => {
      call.signal.throwIfAborted();
      const { message, remedy } = describeFailure(cause);
      throw new OurSpaceError(`Nothing was published: ${own.name} did not take the content.`, {
        remedy: `${message} ${remedy || "See that it runs, and publish again."}`,
        cause,
      });
    });
  }

  // Before the locations are looked at: one of them may be served from there.
  if (carFile !== null) await writeCarFile(dag, carFile, call, progress(carFile));

  const holders: string[] = [];
  for (const target of others) {
    try {
      await target.store(dag, call, progress(target.name));
      holders.push(target.name);
    } catch (error) {
      call.signal.throwIfAborted();
      const { message, remedy } = describeFailure(error);
      terminal.note(
        `Warning: ${target.name} does not hold the content. ${message} ${remedy}`.trim(),
      );
    }
  }
  for (const fault of await checkLocations(locations, dag.root, { outbound, tor }, call)) {
    terminal.note(`Warning: ${fault}`);
  }
  return holders;
}
