import type { Engine } from '../engines/engine.ts';
import { AppError } from '../errors/app-error.ts';
import type { GenerationSettings } from '../generation/settings.ts';
import { toFalPlan } from './fal/to-request.ts';
import type { MappingContext, MappingRequest } from './mapping-context.ts';
import { type Notes, startNotes } from './notes.ts';
import { toOpenAiPlan } from './openai/to-request.ts';
import type { MappedRequest, ProviderPlan } from './provider-plan.ts';
import { findRefusals } from './refusals.ts';
import { toReplicatePlan } from './replicate/to-request.ts';

type ToPlan = (request: MappingRequest, notes: Notes) => ProviderPlan;

const families: Record<Engine['provider'], ToPlan> = { fal: toFalPlan, replicate: toReplicatePlan, openai: toOpenAiPlan };

/**
 * The provider calls for a generation, and every parameter that is not honoured as asked.
 * @throws AppError LIMIT_EXCEEDED or VALIDATION_ERROR when the engine cannot do it at all (`whyNot` says the same without throwing).
 */
export function mapToProvider(engine: Engine, settings: GenerationSettings, context: MappingContext): MappedRequest {
  const request = { engine, settings, context };
  const refusal = findRefusals(request)[0];
  if (refusal) throw new AppError(refusal.code, refusal.message, { details: refusal.details });
  const notes = startNotes();
  if (settings.render_quality && engine.provider !== 'openai') {
    notes.dropped('quality', settings.render_quality, `${engine.title} has no qualities to choose; its steps decide`);
  }
  const plan = families[engine.provider](request, notes);
  return { plan, adjustments: notes.list };
}
