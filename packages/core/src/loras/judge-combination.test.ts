import { describe, expect, it } from 'vitest';
import { judgeCombination, type LearnedPair } from './judge-combination.ts';
import type { Lora } from './lora.ts';

const lora = (id: number, baseModel = 'flux-dev'): Lora => ({
  id,
  slug: `lora_${id}`,
  name: `L${id}`,
  url: '',
  category: '',
  tags: [],
  baseModel,
  triggerWords: [],
  thumbnailUrl: null,
  description: '',
  type: '',
  personality: '',
  fileSizeMb: 1,
  usageCount: 0,
  averageWeight: 1,
});
const catalogue = [lora(1), lora(2), lora(3), lora(4, 'sdxl')];
const pair = (first: number, second: number, score: number): LearnedPair => ({
  lora_id_1: first,
  lora_id_2: second,
  score,
  tested: 10,
  success_rate: 0.5,
  notes: '',
});
const judge = (ids: number[], learned: LearnedPair[] = [], model?: string) =>
  judgeCombination({ asked: ids.map((id) => catalogue.find((known) => known.id === id)!), catalogue, learned, model });

describe('whether LoRAs go together', () => {
  it('is open, with a warning, while nobody has tried', () => {
    expect(judge([2, 1])).toEqual({
      compatible: true,
      score: 0.75,
      warnings: ['L1 and L2 have not been used together yet.'],
      pairs: [{ lora_ids: [1, 2], score: 0.75, tested_count: 0, success_rate: null, known: false }],
      alternative_combinations: [],
    });
  });

  it('follows what was learned, and names something better', () => {
    const answer = judge([1, 2], [pair(1, 2, 0.4), pair(2, 3, 0.9)]);
    expect(answer).toMatchObject({ compatible: false, score: 0.4, warnings: ['L1 and L2 often fail together.'] });
    expect(answer.alternative_combinations).toEqual([
      { lora_ids: [3, 2], score: 0.9, reason: 'L3 instead of L1' },
      { lora_ids: [1, 3], score: 0.75, reason: 'L3 instead of L2' },
    ]);
  });

  it.each([
    [[1, 4], undefined, 'L4 is made for sdxl, not for flux-dev.'],
    [[4], 'flux-standard', 'L4 is made for sdxl, not for flux-dev.'],
    [[1], 'sdxl', 'L1 is made for flux-dev, not for sdxl.'],
    [[1], 'openai', 'openai takes no LoRAs.'],
    [[1, 2, 3], 'juggernaut', 'flux-juggernaut takes at most 2 LoRAs, 3 were given.'],
  ])('is refused for %j with the model %s', (ids, model, warning) => {
    const answer = judge(ids, [], model);
    expect(answer).toMatchObject({ compatible: false, score: 0 });
    expect(answer.warnings).toContain(warning);
  });

  it.each([undefined, '', 'auto', 'flux-dev', 'fal-standard', 'replicate'])('is no question for one LoRA with %j', (model) => {
    expect(judge([1], [], model)).toMatchObject({ compatible: true, score: 1, warnings: [], pairs: [] });
  });
});
