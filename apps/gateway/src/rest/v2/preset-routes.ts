import { presetChangesSchema, presetInputSchema, presetOutputSchema } from '@imagegen/core/library/preset';
import { validate } from '@imagegen/core/validation/validate';
import type { FastifyInstance } from 'fastify';
import type { GatewayContext } from '../../context.ts';
import { principalOf } from '../../http/request-principal.ts';
import {
  appliedPresetSchema,
  applyPreset,
  createPreset,
  deletedPresetSchema,
  deletePreset,
  getPreset,
  listPresets,
  presetListSchema,
  presetQuerySchema,
  updatePreset,
} from '../../library/manage-presets.ts';
import { createPresetFromGeneration, presetFromGenerationSchema } from '../../library/preset-from-generation.ts';
import { presetIdOf, presetParamsSchema, presetShape, validateQuery } from '../data-input.ts';
import { errors } from '../error-schemas.ts';

const base = '/api::v2/data/presets';
const described = { tags: ['presets'], security: [{ apiKey: [] }] };
const onOne = { ...described, params: presetParamsSchema };

export function registerPresets(app: FastifyInstance, context: GatewayContext): void {
  const made = { response: { 201: presetOutputSchema, ...errors(400, 404) } };
  app.post(
    base,
    { schema: { ...described, summary: 'Keep settings under a name', body: presetInputSchema, ...made } },
    async (request, reply) =>
      reply.code(201).send(await createPreset(context, principalOf(request), validate(presetInputSchema, request.body))),
  );
  app.post(
    `${base}/from-generation`,
    { schema: { ...described, summary: 'Keep what made a picture', body: presetFromGenerationSchema, ...made } },
    async (request, reply) => {
      const input = validate(presetFromGenerationSchema, request.body);
      return reply.code(201).send(await createPresetFromGeneration(context, principalOf(request), input));
    },
  );
  app.get(
    base,
    {
      schema: {
        ...described,
        summary: 'Your presets and public ones',
        querystring: presetQuerySchema,
        response: { 200: presetListSchema, ...errors(400) },
      },
    },
    (request) => listPresets(context, principalOf(request), validateQuery(request, presetQuerySchema, presetShape)),
  );

  const one = { response: { 200: presetOutputSchema, ...errors(400, 404) } };
  app.get(`${base}/:id`, { schema: { ...onOne, summary: 'A preset', ...one } }, (request) =>
    getPreset(context, principalOf(request), presetIdOf(request)),
  );
  app.put(`${base}/:id`, { schema: { ...onOne, summary: 'Change what is given', body: presetChangesSchema, ...one } }, (request) =>
    updatePreset(context, principalOf(request), { ...validate(presetChangesSchema, request.body), id: presetIdOf(request) }),
  );
  app.delete(
    `${base}/:id`,
    { schema: { ...onOne, summary: 'Forget a preset', response: { 200: deletedPresetSchema, ...errors(400, 404) } } },
    (request) => deletePreset(context, principalOf(request), presetIdOf(request)),
  );
  app.post(
    `${base}/:id/apply`,
    {
      schema: {
        ...onOne,
        summary: 'Count a use and get the input to send',
        response: { 200: appliedPresetSchema, ...errors(400, 404) },
      },
    },
    (request) => applyPreset(context, principalOf(request), presetIdOf(request)),
  );
}
