/** How often others get their turn before the work has ended: one timer after another. */
export async function othersTurns(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  const others = setInterval(() => turns += 1, 0);
  await work().finally(() => clearInterval(others));
  return turns;
}
