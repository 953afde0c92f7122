import { adjustmentSchema } from '@imagegen/core/generation/adjustment';
import type { GenerationOutput } from '@imagegen/core/generation/output';
import * as z from 'zod';
import { toAppError } from '../../http/error-reply.ts';
import type { ServerSentEvent } from '../../http/event-stream.ts';
import { formatOpenAiError } from './error.ts';
import { translateOutput } from './translate.ts';

/** What the pictures are made by; OpenAI names the events after it. */
export type Making = 'image_generation' | 'image_edit';

/** OpenAI's ImageGenCompletedEvent and ImageEditCompletedEvent, without `usage`: engines here are not paid by tokens. */
export const completedEventSchema = z.object({
  type: z.enum(['image_generation.completed', 'image_edit.completed']),
  b64_json: z.string(),
  created_at: z.number(),
  output_format: z.string(),
  size: z.string(),
  background: z.literal('auto'),
  x_gateway: z.object({ generation_id: z.string(), credits_used: z.number(), adjustments: z.array(adjustmentSchema) }).loose(),
});

type Finished = { output: GenerationOutput; encoded: readonly string[] };

/**
 * One event with each picture, once all are there. The answer has begun by then, so a failure is an event as well: their clients throw its
 * `error`.
 */
export async function* streamPictures(finish: () => Promise<Finished>, making: Making): AsyncGenerator<ServerSentEvent, void> {
  try {
    const { output, encoded } = await finish();
    for (const event of completedEvents(output, { encoded, making })) yield { event: event.type, data: event };
  } catch (thrown) {
    yield { event: 'error', data: formatOpenAiError(toAppError(thrown)) };
  }
}

export function completedEvents(output: GenerationOutput, { encoded, making }: { encoded: readonly string[]; making: Making }) {
  const { created, output_format, size, x_gateway } = translateOutput(output, encoded);
  return encoded.map((b64_json) => ({
    type: `${making}.completed` as const,
    b64_json,
    created_at: created,
    output_format,
    size,
    background: 'auto' as const,
    x_gateway,
  }));
}
