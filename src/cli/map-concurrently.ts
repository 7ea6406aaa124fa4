/** `Promise.all` over a mapping, with no more than `limit` calls at once. */
export async function mapConcurrently<Item, Result>(
  items: Item[],
  limit: number,
  map: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const work = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of work) results[index] = await map(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}
