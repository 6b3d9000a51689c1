/**
 * Loads items in order, up to `ahead` of them before they are asked for, so that a slow reader holds a
 * bounded number in memory. The caller stops what is still loading when it leaves early.
 */
export async function* inAdvance<Item, Loaded>(
  items: readonly Item[],
  ahead: number,
  load: (item: Item) => Promise<Loaded>,
): AsyncGenerator<[Item, Loaded]> {
  const started: Promise<Loaded>[] = [];
  for (const [index, item] of items.entries()) {
    while (started.length <= index + ahead && started.length < items.length) {
      const loading = load(items[started.length] as Item);
      // Its turn may never come: then nobody else would see that it failed.
      loading.catch(() => {});
      started.push(loading);
    }
    yield [item, await (started[index] as Promise<Loaded>)];
  }
}
