import { describe, expect, it } from 'vitest';
import { mergeStreams } from './merge-streams.ts';

async function* letters(...values: string[]): AsyncGenerator<string, void> {
  yield* values;
}

async function* failing(): AsyncGenerator<string, void> {
  yield 'first';
  throw new Error('the log is gone');
}

async function collect(stream: AsyncGenerator<string, void>): Promise<string[]> {
  const values: string[] = [];
  for await (const value of stream) values.push(value);
  return values;
}

describe('merged streams', () => {
  it('give every value of every source, each source in its order', async () => {
    const merged = await collect(mergeStreams([letters('a1', 'a2', 'a3'), letters(), letters('b1', 'b2')]));
    expect(merged.filter((value) => value.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    expect(merged.filter((value) => value.startsWith('b'))).toEqual(['b1', 'b2']);
    expect(merged).toHaveLength(5);
  });

  it('end at once without sources', async () => {
    expect(await collect(mergeStreams([]))).toEqual([]);
  });

  it('fail with a source that fails', async () => {
    await expect(collect(mergeStreams([failing()]))).rejects.toThrow('the log is gone');
  });
});
