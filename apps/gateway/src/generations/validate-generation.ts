import { engines } from '@imagegen/core/engines/catalogue';
import { type EngineId, engineIds } from '@imagegen/core/engines/engine';
import { AppError } from '@imagegen/core/errors/app-error';
import { type Adjustment, adjustmentSchema } from '@imagegen/core/generation/adjustment';
import { type GenerationInput, generationInputSchema } from '@imagegen/core/generation/input';
import { mapToProvider } from '@imagegen/core/mapping/map-to-provider';
import type { ProviderCall } from '@imagegen/core/mapping/provider-plan';
import { findRefusals, type Refusal } from '@imagegen/core/mapping/refusals';
import { isUp } from '@imagegen/core/routing/engine-health';
import { validate } from '@imagegen/core/validation/validate';
import * as z from 'zod';
import type { GatewayContext } from '../context.ts';
import type { Principal } from '../identity/principal.ts';
import type { Door } from './door.ts';
import { prepareMapping } from './plan-generation.ts';

const engineCheckSchema = z.object({
  engine: z.enum(engineIds),
  ok: z.boolean(),
  reasons: z.array(z.string()),
  /** Whether it is able and up right now. */
  available: z.boolean(),
  adjustments: z.array(adjustmentSchema),
  /** Exactly what the provider would get, one entry a call. */
  provider_request: z.array(
    z.object({ endpoint: z.string(), body: z.record(z.string(), z.unknown()), images: z.number(), seed: z.number().nullable() }),
  ),
});

export const validationOutputSchema = z.object({
  valid: z.boolean(),
  errors: z.array(z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()).optional() })),
  warnings: z.array(z.string()),
  normalized: z.record(z.string(), z.unknown()).nullable(),
  per_engine: z.array(engineCheckSchema),
});
export type ValidationOutput = z.infer<typeof validationOutputSchema>;

/** What would happen to this input at each engine; pays and stores nothing. Invalid input is an answer here, not an error. */
export async function validateGeneration(
  context: Pick<GatewayContext, 'config' | 'loras' | 'vault' | 'health'>,
  { principal, body, door }: { principal: Principal; body: unknown; door: Door },
): Promise<ValidationOutput> {
  try {
    const input = validate(generationInputSchema, body);
    const { settings, mapping, adjustments } = await prepareMapping(context, { userId: principal.userId, input, door });
    const checks = askedEngines(input).map((id) => {
      const refusals = findRefusals({ engine: engines[id], settings, context: mapping });
      const check = checkEngine(id, () => mapToProvider(engines[id], settings, mapping), refusals);
      return { refusals, check: { ...check, available: check.ok && isUp(context.health.forNew, id) } };
    });
    const valid = checks.some(({ check }) => check.ok);
    return {
      valid,
      errors: valid ? [] : checks.flatMap(({ refusals }) => refusals),
      warnings: adjustments.map(({ reason }) => reason),
      normalized: settings,
      per_engine: checks.map(({ check }) => check),
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { valid: false, errors: [error.toBody()], warnings: [], normalized: null, per_engine: [] };
  }
}

/** The engines that a generation with this input could be made by. */
function askedEngines({ engine, provider_preference: provider = 'auto' }: GenerationInput): EngineId[] {
  if (engine) return [engine];
  return engineIds.filter((id) => provider === 'auto' || engines[id].provider === provider);
}

function checkEngine(
  engine: EngineId,
  map: () => { plan: { calls: ProviderCall[] }; adjustments: Adjustment[] },
  refusals: Refusal[],
): Omit<ValidationOutput['per_engine'][number], 'available'> {
  const reasons = refusals.map(({ message }) => message);
  if (reasons.length > 0) return { engine, ok: false, reasons, adjustments: [], provider_request: [] };
  const { plan, adjustments } = map();
  return { engine, ok: true, reasons, adjustments, provider_request: plan.calls };
}
