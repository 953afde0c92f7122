import { expect, test } from 'vitest';
import { cellText, scoreMatrix, tintOf } from './score-matrix.ts';

const pair = { lora_ids: [1, 2], score: 0.9, tested_count: 12, success_rate: 1, known: true };

test('a pair stands on both sides of the diagonal, which is empty', () => {
  const [first, second] = scoreMatrix([2, 1], [pair]);
  expect(first).toEqual({
    id: 2,
    cells: [
      { of: 2, with: 2, pair: null },
      { of: 2, with: 1, pair },
    ],
  });
  expect(second?.cells[0]?.pair).toBe(pair);
});

test('the further a score is from the threshold, the stronger is its colour', () => {
  expect(tintOf(1)).toEqual({ speaks: 'for', strength: 70 });
  expect(tintOf(0.71).strength).toBeLessThan(tintOf(0.9).strength);
  expect(tintOf(0.7)).toEqual({ speaks: 'against', strength: 12 });
  expect(tintOf(0)).toEqual({ speaks: 'against', strength: 70 });
});

test('says in words what the colour says', () => {
  expect(cellText({ pair }, ['Ink', 'Paper'])).toBe('Ink and Paper: score 90 %, 12 pictures');
  expect(cellText({ pair: { ...pair, known: false } }, ['Ink', 'Paper'])).toBe('Ink and Paper: not used together yet');
});
