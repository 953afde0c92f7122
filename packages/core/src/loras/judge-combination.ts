import * as z from 'zod';
import { type Model, modelNamed } from './base-model.ts';
import type { Lora } from './lora.ts';
import { neutralScore } from './pair-score.ts';

/** What was learned of two LoRAs, the smaller id first. */
export type LearnedPair = { lora_id_1: number; lora_id_2: number; score: number; tested: number; success_rate: number; notes: string };

/** Above this mean score LoRAs go together. */
const threshold = 0.7;
const alternatives = 3;

const pairSchema = z.object({
  lora_ids: z.array(z.number()),
  score: z.number(),
  tested_count: z.number(),
  success_rate: z.number().nullable(),
  known: z.boolean(),
});
export const compatibilityOutputSchema = z.object({
  compatible: z.boolean(),
  /** 0–1: the mean over all pairs; 0 when they cannot be used together at all. */
  score: z.number(),
  warnings: z.array(z.string()),
  pairs: z.array(pairSchema),
  alternative_combinations: z.array(z.object({ lora_ids: z.array(z.number()), score: z.number(), reason: z.string() })),
});
export type CompatibilityOutput = z.infer<typeof compatibilityOutputSchema>;

export type Combination = {
  asked: readonly Lora[];
  catalogue: readonly Lora[];
  learned: readonly LearnedPair[];
  model: string | undefined;
};

/**
 * Whether LoRAs go together: learned scores where a pair is known, a neutral one with a warning where it is not. Another base model, an
 * engine without LoRAs or more than the engine takes is never compatible. Alternatives exchange one LoRA and score higher.
 */
export function judgeCombination({ asked, catalogue, learned, model: name }: Combination): CompatibilityOutput {
  const known = new Map(learned.map((pair) => [`${pair.lora_id_1}+${pair.lora_id_2}`, pair]));
  const model = modelNamed(name);
  const obstacles = obstaclesOf(asked, model);
  const pairs = pairsOf(asked).map(([first, second]) => presentPair([first.id, second.id], known));
  const score = obstacles.length > 0 ? 0 : meanScore(asked, known);
  return {
    compatible: obstacles.length === 0 && score > threshold,
    score,
    warnings: [...obstacles, ...warningsOf(pairs, asked, known)],
    pairs,
    alternative_combinations: alternativesTo({ asked, catalogue, known, model, score }),
  };
}

type Known = ReadonlyMap<string, LearnedPair>;

function obstaclesOf(asked: readonly Lora[], model: Model | null): string[] {
  const obstacles: string[] = [];
  if (model?.maxLoras === 0) return [`${model.name} takes no LoRAs.`];
  if (model?.maxLoras != null && asked.length > model.maxLoras) {
    obstacles.push(`${model.name} takes at most ${model.maxLoras} LoRAs, ${asked.length} were given.`);
  }
  const wanted = model?.baseModel ?? asked[0]?.baseModel.toLowerCase();
  for (const { name, baseModel } of asked) {
    if (baseModel.toLowerCase() !== wanted) obstacles.push(`${name} is made for ${baseModel}, not for ${wanted}.`);
  }
  return obstacles;
}

function warningsOf(pairs: CompatibilityOutput['pairs'], asked: readonly Lora[], known: Known): string[] {
  const names = new Map(asked.map(({ id, name }) => [id, name]));
  return pairs.flatMap(({ lora_ids, score, known: isKnown }) => {
    const [first, second] = lora_ids.map((id) => names.get(id) ?? String(id));
    const notes = known.get(lora_ids.join('+'))?.notes;
    if (!isKnown) return [`${first} and ${second} have not been used together yet.`];
    return [...(score > threshold ? [] : [`${first} and ${second} often fail together.`]), ...(notes ? [notes] : [])];
  });
}

function presentPair(ids: [number, number], known: Known): CompatibilityOutput['pairs'][number] {
  const pair = known.get(ids.join('+'));
  return {
    lora_ids: ids,
    score: pair?.score ?? neutralScore,
    tested_count: pair?.tested ?? 0,
    success_rate: pair && pair.tested > 0 ? pair.success_rate : null,
    known: pair !== undefined && pair.tested > 0,
  };
}

function alternativesTo(search: { asked: readonly Lora[]; catalogue: readonly Lora[]; known: Known; model: Model | null; score: number }) {
  const { asked, catalogue, known, model, score } = search;
  if (asked.length < 2 || model?.maxLoras === 0) return [];
  const taken = new Set(asked.map(({ id }) => id));
  const exchanged = asked.flatMap((leaving) =>
    catalogue
      .filter(({ id }) => !taken.has(id))
      .map((coming) => ({
        loras: asked.map((lora) => (lora === leaving ? coming : lora)),
        reason: `${coming.name} instead of ${leaving.name}`,
      })),
  );
  return exchanged
    .filter(({ loras }) => obstaclesOf(loras, model).length === 0)
    .map(({ loras, reason }) => ({ lora_ids: loras.map(({ id }) => id), score: meanScore(loras, known), reason }))
    .filter((alternative) => alternative.score > Math.max(score, threshold))
    .sort((a, b) => b.score - a.score)
    .slice(0, alternatives);
}

function meanScore(loras: readonly Lora[], known: Known): number {
  const scores = pairsOf(loras).map(([first, second]) => known.get(`${first.id}+${second.id}`)?.score ?? neutralScore);
  if (scores.length === 0) return 1;
  return Math.round((scores.reduce((sum, score) => sum + score, 0) / scores.length) * 1000) / 1000;
}

function pairsOf(loras: readonly Lora[]): [Lora, Lora][] {
  const sorted = [...loras].sort((a, b) => a.id - b.id);
  return sorted.flatMap((first, index) => sorted.slice(index + 1).map((second): [Lora, Lora] => [first, second]));
}
