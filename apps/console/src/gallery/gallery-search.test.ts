import { expect, test } from 'vitest';
import { readGallerySearch, toggleCompared } from './gallery-search.ts';

test('keeps what an address may say and drops the rest', () => {
  expect(
    readGallerySearch({
      search: 'harbour',
      engine: 'openai',
      status: 'completed',
      favorite: true,
      open: 'gen_1',
      compare: ['a', 'b', 'c'],
    }),
  ).toEqual({
    search: 'harbour',
    engine: 'openai',
    status: 'completed',
    favorite: true,
    open: 'gen_1',
    compare: ['a', 'b'],
  });
  expect(readGallerySearch({ search: '', engine: 'nobody', status: 'odd', favorite: 'yes', open: 7, compare: 'a' })).toEqual({});
});

test('compares two at most, the latest two', () => {
  expect(toggleCompared(['a', 'b'], 'c')).toEqual(['b', 'c']);
  expect(toggleCompared(['a', 'b'], 'a')).toEqual(['b']);
});
