import { expect, test } from 'vitest';
import { optionsOf, readLoraSearch } from './lora-search.ts';

test('reads what an address says of the LoRAs to show', () => {
  const search = { search: 'ink', category: 'art', base_model: 'flux-dev', tags: ['brush'], open: 311 };
  expect(readLoraSearch(search)).toEqual(search);
});

test('what means nothing is left out', () => {
  expect(readLoraSearch({ search: '', category: 7, tags: [3, ''], open: -1 })).toEqual({});
  expect(readLoraSearch({ tags: 'brush', open: '311' })).toEqual({});
});

test('offers each value once', () => {
  expect(optionsOf(['portrait', 'art', 'portrait'])).toEqual(['art', 'portrait']);
});
