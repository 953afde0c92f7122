import { expect, test } from 'vitest';
import { curlOf, typescriptOf } from './request-code.ts';

const origin = 'https://images.example.com';

test('calls the route of a pinned engine, else the one that chooses', () => {
  expect(curlOf(origin, { prompt: 'a pier', engine: 'openai' })).toContain(`${origin}/api:v2/openai/generate`);
  expect(curlOf(origin, { prompt: 'a pier' })).toContain(`${origin}/api:v2/smart/generate`);
});

test('a prompt with quotes stays one argument of the shell', () => {
  expect(curlOf(origin, { prompt: "a fisherman's pier" })).toContain(`"a fisherman'\\''s pier"`);
});

test('the typed call names the engine and the seed', () => {
  const code = typescriptOf(origin, { prompt: 'a pier', engine: 'replicate', seed: 7 });
  expect(code).toContain('"engine": "replicate"');
  expect(code).toContain('"seed": 7');
});
