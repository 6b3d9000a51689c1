/** Runs a program to its end and gives what it printed; throws with its complaint when it fails. */
export async function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string } = {},
): Promise<string> {
  const command = new Deno.Command(program, { args: [...args], stdin: "null", ...options });
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(`${program}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
