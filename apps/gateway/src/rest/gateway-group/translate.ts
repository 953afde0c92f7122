import { engines } from '@imagegen/core/engines/catalogue';
import type { EngineId } from '@imagegen/core/engines/engine';
import { type GenerationInput, generationInputSchema } from '@imagegen/core/generation/input';
import type { GenerationOutput } from '@imagegen/core/generation/output';
import { validate, validationError } from '@imagegen/core/validation/validate';
import { engineNamed } from '../engine-names.ts';
import { ignoredFields } from '../ignored-fields.ts';
import type { Translated } from '../translated.ts';
import { type GatewayBody, gatewayBodySchema } from './input.ts';

/**
 * The reorganization plan's nested body as canonical input.
 * @throws AppError VALIDATION_ERROR, naming fields where the caller put them (`settings.steps`).
 */
export function translateBody(body: unknown): Translated {
  const { settings = {}, options = {}, ...top } = validate(gatewayBodySchema, body);
  const { provider, model, ...wishes } = options;
  const canonical: Record<string, unknown> = {};
  const unknown: Record<string, unknown> = {};
  for (const [group, fields] of [
    ['', top],
    ['settings.', settings],
    ['options.', wishes],
  ] as const) {
    for (const [name, value] of Object.entries(fields)) {
      if (Object.hasOwn(generationInputSchema.shape, name)) canonical[name] = value;
      else unknown[`${group}${name}`] = value;
    }
  }
  return {
    input: validate(generationInputSchema, { ...canonical, ...chooseEngine({ provider, model }) }),
    adjustments: ignoredFields(unknown),
  };
}

type Choice = Pick<NonNullable<GatewayBody['options']>, 'provider' | 'model'>;

/** A named model pins its engine; a provider alone leaves the choice among its engines to the rules. */
function chooseEngine({ provider = 'auto', model = 'auto' }: Choice): Pick<GenerationInput, 'engine' | 'provider_preference'> {
  const company = provider === 'rundiffusion' ? 'fal' : provider;
  if (model === 'auto' || model === '') {
    if (provider === 'rundiffusion') return { engine: 'flux-juggernaut' };
    return company === 'auto' ? {} : { provider_preference: company };
  }
  const engine = company === 'fal' && model === 'flux-dev' ? 'flux-standard' : engineNamed(model);
  if (!engine)
    throw validationError([{ path: 'options.model', message: 'must be auto, flux-dev, juggernaut, flux-general or an engine id' }]);
  refuseForeign(engine, company);
  return { engine };
}

function refuseForeign(engine: EngineId, company: string): void {
  const { provider, title } = engines[engine];
  if (company === 'auto' || company === provider) return;
  throw validationError([{ path: 'options.model', message: `must be one of ${company}'s models; ${title} is at ${provider}` }]);
}

/** The canonical output with an address where this group's callers can poll, with a key or without one. */
export function translateOutput<Output extends Pick<GenerationOutput, 'request_id' | 'poll_url'>>(output: Output): Output {
  return { ...output, poll_url: `/api/generations/status?request_id=${output.request_id}` };
}
