import { engines } from '@imagegen/core/engines/catalogue';
import { type EngineId, engineIds } from '@imagegen/core/engines/engine';
import * as z from 'zod';

export const modelSchema = z.object({
  id: z.string(),
  object: z.literal('model'),
  /** Seconds since 1970. */
  created: z.number(),
  owned_by: z.string(),
  x_gateway: z.record(z.string(), z.unknown()),
});
export const modelListSchema = z.object({ object: z.literal('list'), data: z.array(modelSchema) });
export type Model = z.infer<typeof modelSchema>;

/** What `model` may be: `auto`, every engine, and the configured model of OpenAI under its own name. */
export function listModels(openAiModel: string): Model[] {
  const ours = (id: string, engine: EngineId) => {
    const { provider, title, capabilities, price, limitations, typicalTimeSeconds, qualityScore } = engines[engine];
    const facts = { engine, title, capabilities, price, limitations, typical_time: typicalTimeSeconds, quality_score: qualityScore };
    return modelNamed(id, provider, facts);
  };
  return [
    modelNamed('auto', 'gateway', { title: 'The best engine for the request, with a receipt' }),
    ...engineIds.map((id) => ours(id, id)),
    ours(openAiModel, 'openai'),
  ];
}

/** 2026-11-20, when this door opened. */
const created = 1_795_132_800;

function modelNamed(id: string, owner: string, facts: Record<string, unknown>): Model {
  return { id, object: 'model', created, owned_by: owner, x_gateway: facts };
}
