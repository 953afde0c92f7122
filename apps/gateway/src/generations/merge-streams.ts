/** Values of all sources, each as it comes; at most one value of each is held. Ends with the last source, fails with the first that fails. */
export async function* mergeStreams<Value>(sources: readonly AsyncGenerator<Value, void>[]): AsyncGenerator<Value, void> {
  const next = async (source: AsyncGenerator<Value, void>) => ({ source, result: await source.next() });
  const awaited = new Map(sources.map((source) => [source, next(source)]));
  while (awaited.size > 0) {
    const { source, result } = await Promise.race(awaited.values());
    if (result.done) awaited.delete(source);
    else {
      awaited.set(source, next(source));
      yield result.value;
    }
  }
}
