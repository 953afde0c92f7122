import { describe, expect, it } from 'vitest';
import { contextWith, loras, multiLoraVersion, settingsWith } from '../../test/requests.ts';
import { engineById } from '../engines/catalogue.ts';
import type { EngineId } from '../engines/engine.ts';
import type { GenerationSettings } from '../generation/settings.ts';
import type { MappingContext } from '../mapping/mapping-context.ts';
import { actualCostMicros } from './actual-cost.ts';
import { estimateEngine } from './estimate.ts';
import { estimateAll } from './estimate-all.ts';
import { estimateOutputSchema } from './estimate-output.ts';
import { outputTokens } from './openai-tokens.ts';

const estimate = (id: EngineId, settings: Partial<GenerationSettings> = {}, context: Partial<MappingContext> = {}) =>
  estimateEngine(engineById(id), settingsWith(settings), contextWith(context));

describe('estimateEngine', () => {
  it.each([
    ['flux-standard', {}, 35_000, 15],
    ['flux-standard', { width: 1040, height: 1024 }, 70_000, 15],
    ['flux-standard', { width: 512, height: 512 }, 35_000, 15],
    ['flux-standard', { width: 1000, height: 1000 }, 35_000, 15],
    ['flux-standard', { num_images: 8 }, 280_000, 30],
    ['flux-advanced', { num_images: 8 }, 600_000, 15],
    ['flux-juggernaut', { width: 2048, height: 2048 }, 220_000, 20],
    ['replicate', { num_images: 5, width: 2048, height: 2048 }, 160_000, 20],
  ] as const)('expects for %s with %j', (id, settings, costMicros, seconds) => {
    expect(estimate(id, settings)).toEqual({ costMicros, seconds });
  });

  it('charges three LoRAs at Replicate by GPU time', () => {
    expect(estimate('replicate', { num_images: 2 }, { loras: loras(3), multiLoraVersion }).costMicros).toBe(2 * 25 * 1_150);
  });

  it.each([
    [{}, 1_756],
    [{ priority: 'cost' as const }, 196],
    [{ steps: 60 }, 7_024],
    [{ num_images: 3 }, 3 * 1_756],
  ])('charges OpenAI by tokens for %j', (settings, tokens) => {
    const textMicros = 3 * 5; // "a fox": three tokens at most
    expect(estimate('openai', settings)).toEqual({ costMicros: tokens * 30 + textMicros, seconds: 5 });
  });

  it('adds the tokens of a reference image', () => {
    const without = estimate('openai').costMicros;
    expect(estimate('openai-edit', {}, { referenceImage: 'vault:a' }).costMicros - without).toBe(6_500 * 8);
  });

  it('uses the price of the configured model', () => {
    expect(estimate('openai', {}, { openaiModel: 'gpt-image-1-mini' }).costMicros).toBe(1_056 * 8 + 15);
    expect(estimate('openai', {}, { openaiModel: 'dall-e-3' })).toEqual(estimate('openai'));
  });

  it('is always a whole number', () => {
    for (const width of [256, 257, 1023, 2048]) expect(Number.isInteger(estimate('openai', { width }).costMicros)).toBe(true);
  });
});

describe('outputTokens', () => {
  it.each([
    ['gpt-image-2', 'low', 1024, 1024, 196],
    ['gpt-image-2', 'medium', 1024, 1024, 1_756],
    ['gpt-image-2-2026-04-21', 'high', 1024, 1024, 7_024],
    ['gpt-image-2', 'high', 1536, 1024, 5_488],
    ['gpt-image-2', 'high', 1024, 1536, 5_488],
    ['gpt-image-2.5-flare', 'low', 1024, 1024, 196],
    ['gpt-image-2.5-flare', 'medium', 1024, 1024, 439],
    ['gpt-image-2.5-flare', 'high', 1024, 1024, 1_756],
    ['gpt-image-1.5', 'medium', 1024, 1024, 1_056],
    ['gpt-image-1.5', 'high', 1536, 1024, 6_240],
  ] as const)('counts %s %s at %dx%d', (model, quality, width, height, tokens) => {
    expect(outputTokens(model, quality, { width, height })).toBe(tokens);
  });

  it.each([
    ['low', 0.01113],
    ['medium', 0.02595],
    ['high', 0.10008],
  ] as const)('agrees with the published price of a 3840x2160 picture at %s', (quality, usd) => {
    expect((outputTokens('gpt-image-2.5-flare', quality, { width: 3840, height: 2160 }) * 30) / 1e6).toBeCloseTo(usd, 5);
  });
});

describe('actualCostMicros', () => {
  const prediction = { kind: 'replicate-prediction', images: 2, predictTimeSeconds: 3.5 } as const;

  it.each([
    ['flux-standard', { kind: 'fal-units', units: 1 }, 35_000],
    ['flux-standard', { kind: 'fal-units', units: 2.5 }, 87_500],
    ['flux-standard', { kind: 'fal-units', units: 0.000_001 }, 1],
    ['replicate', { ...prediction, endpoint: 'black-forest-labs/flux-dev-lora' }, 64_000],
    ['replicate', { ...prediction, endpoint: `version:${multiLoraVersion}` }, 4_025],
    ['replicate', { ...prediction, endpoint: `version:${multiLoraVersion}`, predictTimeSeconds: null }, 57_500],
    [
      'openai',
      { kind: 'openai-usage', model: 'gpt-image-2', usage: { textInputTokens: 11, imageInputTokens: 100, outputTokens: 196 } },
      11 * 5 + 100 * 8 + 196 * 30,
    ],
    [
      'openai',
      { kind: 'openai-usage', model: 'gpt-image-1.5', usage: { textInputTokens: 0, imageInputTokens: 0, outputTokens: 1_056 } },
      1_056 * 32,
    ],
  ] as const)('settles %s with %j', (id, billed, micros) => {
    expect(actualCostMicros(engineById(id), billed)).toBe(micros);
  });

  it('never settles an OpenAI picture above what was held for it', () => {
    const usage = { textInputTokens: 3, imageInputTokens: 0, outputTokens: 1_756 };
    expect(actualCostMicros(engineById('openai'), { kind: 'openai-usage', model: 'gpt-image-2', usage })).toBeLessThanOrEqual(
      estimate('openai').costMicros,
    );
  });
});

describe('estimateAll', () => {
  const all = (settings: Partial<GenerationSettings> = {}, context: Partial<MappingContext> = {}, health = {}) =>
    estimateOutputSchema.parse(estimateAll({ settings: settingsWith(settings), context: contextWith(context), health }));

  it('compares the five choices of a caller', () => {
    const { recommendations, cheapest, fastest, best_quality } = all();
    expect(recommendations.map(({ provider }) => provider)).toEqual([
      'openai',
      'flux-standard',
      'flux-advanced',
      'flux-juggernaut',
      'replicate',
    ]);
    expect(recommendations[0]).toEqual({
      provider: 'openai',
      engine: 'openai',
      estimated_cost: 0.052695,
      estimated_time: 5,
      quality_score: 7,
      limitations: ['No LoRA support', 'No seed, steps or guidance', 'No native negative prompt'],
      adjustments: [],
      available: true,
    });
    expect({ cheapest, fastest, best_quality }).toEqual({ cheapest: 'replicate', fastest: 'openai', best_quality: 'flux-juggernaut' });
  });

  it('finds OpenAI the cheapest when cost comes first', () => {
    expect(all({ priority: 'cost' }).cheapest).toBe('openai');
  });

  it('leaves out what cannot do it and says why', () => {
    const { recommendations, cheapest, fastest, best_quality } = all({}, { loras: loras(3) });
    expect(recommendations.filter(({ available }) => available).map(({ engine }) => engine)).toEqual(['flux-advanced']);
    expect(recommendations[1]?.limitations).toContain('Standard Flux supports maximum 2 LoRAs. Use /flux/advanced for more.');
    expect({ cheapest, fastest, best_quality }).toEqual({
      cheapest: 'flux-advanced',
      fastest: 'flux-advanced',
      best_quality: 'flux-advanced',
    });
  });

  it('answers for the editing engine when there is a picture to edit', () => {
    const { recommendations } = all({}, { referenceImage: 'vault:a' });
    expect(recommendations[0]).toMatchObject({ provider: 'openai', engine: 'openai-edit', available: true });
  });

  it('shows what each engine would not honour', () => {
    const { recommendations } = all({ steps: 100 });
    expect(recommendations.map(({ adjustments }) => adjustments.length)).toEqual([1, 1, 1, 1, 1]);
  });

  it('has no winner when nothing is available', () => {
    expect(all({}, { loras: loras(6) })).toMatchObject({ cheapest: null, fastest: null, best_quality: null });
    expect(all({}, {}, { openai: { state: 'down' } }).recommendations[0]).toMatchObject({ available: false });
  });
});
