import { expect, it } from 'vitest';
import { openAiCostMicros } from './openai-cost.ts';

const body = { model: 'gpt-image-2', quality: 'medium', size: '1024x1024', prompt: 'a fox' };

it('bills the tokens that OpenAI counted', () => {
  const usage = { textInputTokens: 10, imageInputTokens: 100, outputTokens: 1_756 };
  expect(openAiCostMicros(body, { base64: ['x'], usage })).toBe(10 * 5 + 100 * 8 + 1_756 * 30);
});

it('bills what its formula gives when OpenAI says nothing', () => {
  expect(openAiCostMicros(body, { base64: ['x', 'y'], usage: null })).toBe(2 * 1_756 * 30);
});
