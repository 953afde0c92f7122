import { expect, it } from 'vitest';
import { readQuery } from './read-query.ts';

const shape = { numbers: ['page'], flags: ['favorite'], lists: ['tags'], numberLists: ['lora_ids'] };

it.each([
  [{}, {}],
  [{ page: '2' }, { page: 2 }],
  [{ page: 'two' }, { page: 'two' }],
  [{ page: '1e3' }, { page: '1e3' }],
  [{ page: ['1', '2'] }, { page: ['1', '2'] }],
  [{ page: '' }, {}],
  [{ favorite: 'true' }, { favorite: true }],
  [{ favorite: '0' }, { favorite: false }],
  [{ favorite: 'yes' }, { favorite: 'yes' }],
  [{ favorite: 'constructor' }, { favorite: 'constructor' }],
  [{ tags: 'a, b' }, { tags: ['a', 'b'] }],
  [{ tags: ['a', 'b,c'] }, { tags: ['a', 'b', 'c'] }],
  [{ 'tags[]': ['a', 'b'] }, { tags: ['a', 'b'] }],
  [{ lora_ids: '309,310' }, { lora_ids: [309, 310] }],
  [{ lora_ids: '[309,310]' }, { lora_ids: [309, 310] }],
  [{ lora_ids: ['309', 'x'] }, { lora_ids: [309, 'x'] }],
  [{ search: '309' }, { search: '309' }],
  [null, null],
])('reads %j as %j', (query, values) => {
  expect(readQuery(query, shape)).toEqual(values);
});
