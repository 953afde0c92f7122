import { expect, test } from 'vitest';
import { creditsText, percentText, secondsText, valueText } from './figures.ts';

test('small prices keep their digits, large ones do not', () => {
  expect(creditsText(0.0325)).toBe('0.0325 cr');
  expect(creditsText(12.3456)).toBe('12.35 cr');
});

test('times are as exact as they matter', () => {
  expect([secondsText(3.21), secondsText(42.4), secondsText(600)]).toEqual(['3.2 s', '42 s', '10 min']);
});

test('a share of nothing is not a number', () => {
  expect([percentText(null), percentText(1), percentText(0.9876)]).toEqual(['–', '100 %', '98.8 %']);
});

test('what was dropped reads as nothing', () => {
  expect([valueText(null), valueText('webp'), valueText(40)]).toEqual(['nothing', 'webp', '40']);
});
