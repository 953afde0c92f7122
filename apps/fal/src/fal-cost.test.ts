import { expect, it } from 'vitest';
import { falCostMicros } from './fal-cost.ts';

const json = {
  images: [
    { width: 1024, height: 1024 },
    { width: 512, height: 512 },
  ],
};

it('bills the units that fal counted', () => {
  expect(falCostMicros('fal-ai/flux-lora', { headers: { 'x-fal-billable-units': '1.5' }, json })).toBe(52_500);
});

it('gives a variant of a model the price of the model', () => {
  expect(falCostMicros('fal-ai/flux-lora/image-to-image', { headers: { 'x-fal-billable-units': '2' }, json })).toBe(70_000);
});

it('counts megapixels as they were estimated when fal says no units', () => {
  expect(falCostMicros('fal-ai/flux-lora', { headers: {}, json })).toBe(2 * 35_000);
  expect(falCostMicros('fal-ai/flux-lora', { headers: {}, json: { images: [{}] } })).toBe(35_000);
});

it('has no price of nothing for an endpoint that no engine uses', () => {
  expect(() => falCostMicros('fal-ai/other', { headers: { 'x-fal-billable-units': '1' }, json })).toThrow('no engine has a price');
});
