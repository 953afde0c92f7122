import { describe, expect, it } from 'vitest';
import { type GenerationInput, generationInputSchema } from './input.ts';
import { resolveSettings } from './resolve-settings.ts';

const resolve = (input: Partial<GenerationInput>) => resolveSettings({ prompt: 'a fox', ...input }, { drawSeed: () => 99 });

describe('resolveSettings', () => {
  it('fills in only the seed and the size', () => {
    expect(resolve({})).toEqual({
      settings: { prompt: 'a fox', seed: 99, seed_asked: false, width: 1024, height: 1024 },
      adjustments: [],
    });
  });

  it('passes on what was asked and keeps the routing of the request out', () => {
    const input = generationInputSchema.parse({
      prompt: 'a fox',
      steps: 20,
      loras: [{ id: 3 }],
      priority: 'cost',
      engine: 'openai',
      idempotency_key: 'k',
      deadline_seconds: 60,
      webhook_url: 'https://example.com/hook',
      metadata: { a: 'b' },
    });
    expect(resolve(input).settings).toEqual({
      prompt: 'a fox',
      steps: 20,
      loras: [{ id: 3, weight: 1 }],
      priority: 'cost',
      seed: 99,
      seed_asked: false,
      width: 1024,
      height: 1024,
    });
  });

  it.each([
    [{ width: 512, height: 768, dimensions: '640x640', image_size: 'square' as const }, 512, 768],
    [{ width: 512 }, 512, 1024],
    [{ height: 512 }, 1024, 512],
    [{ width: 512, dimensions: '640x640' }, 512, 1024],
    [{ dimensions: '1536X1024', image_size: 'square' as const }, 1536, 1024],
    [{ image_size: 'portrait_16_9' as const }, 576, 1024],
    [{}, 1024, 1024],
  ])('reads the size of %j', (input, width, height) => {
    expect(resolve(input).settings).toMatchObject({ width, height });
  });

  it.each(['255x1024', '1024x2049', '99999x10'])('refuses dimensions %s', (dimensions) => {
    expect(() => resolve({ dimensions })).toThrow(
      expect.objectContaining({ code: 'VALIDATION_ERROR', details: { fields: [expect.objectContaining({ path: 'dimensions' })] } }),
    );
  });

  it.each([
    [{ seed: 0 }, 0, true],
    [{ seed: 7 }, 7, true],
    [{ seed: -1 }, 99, false],
    [{ prompt: 'a fox [seed:5]' }, 5, true],
    [{ prompt: 'a fox [seed:-1]' }, 99, false],
    [{ prompt: 'a fox [seed:5]', seed: 5 }, 5, true],
  ])('decides the seed of %j', (input, seed, seed_asked) => {
    const resolved = resolve(input);
    expect(resolved.settings).toMatchObject({ prompt: 'a fox', seed, seed_asked });
    expect(resolved.adjustments).toEqual([]);
  });

  it('takes a negative prompt out of the prompt', () => {
    expect(resolve({ prompt: 'a fox [not: rain]', negative_prompt: '' }).settings).toMatchObject({
      prompt: 'a fox',
      negative_prompt: 'rain',
    });
  });

  it('lets fields win over directives and reports it', () => {
    const { settings, adjustments } = resolve({ prompt: 'a fox [seed:5] [not: rain]', seed: -1, negative_prompt: 'fog' });
    expect(settings).toMatchObject({ seed: 99, seed_asked: false, negative_prompt: 'fog' });
    expect(adjustments).toMatchObject([
      { parameter: 'seed', kind: 'dropped', asked: 5, used: -1 },
      { parameter: 'negative_prompt', kind: 'dropped', asked: 'rain', used: 'fog' },
    ]);
  });

  it('reports directives that are none', () => {
    const { settings, adjustments } = resolve({ prompt: 'a fox [seed:x]' });
    expect(settings.prompt).toBe('a fox (seed:x)');
    expect(adjustments).toMatchObject([{ parameter: 'prompt', kind: 'dropped', asked: '[seed:x]' }]);
  });

  it('refuses a prompt of directives only', () => {
    expect(() => resolve({ prompt: '[seed:5] [not: rain]' })).toThrow(
      expect.objectContaining({ code: 'VALIDATION_ERROR', message: expect.stringMatching(/^prompt: /) }),
    );
  });
});
