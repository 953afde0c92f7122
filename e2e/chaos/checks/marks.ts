const form = /mark[0-9a-z]+x[0-9a-z]+/;

/** The word of a prompt by which one order is known everywhere. */
export function markOf(prompt: string): string | undefined {
  return form.exec(prompt)?.[0];
}

export function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
