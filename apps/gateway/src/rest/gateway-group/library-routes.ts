import { acceptedSchema, generationDetailsSchema, generationOutputSchema } from '@imagegen/core/generation/output';
import { presetOutputSchema } from '@imagegen/core/library/preset';
import { compatibilityOutputSchema } from '@imagegen/core/loras/judge-combination';
import { loraOutputSchema } from '@imagegen/core/loras/lora';
import { validate } from '@imagegen/core/validation/validate';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { GatewayContext } from '../../context.ts';
import { cancelGeneration } from '../../generations/cancel-generation.ts';
import { getGeneration } from '../../generations/get-generation.ts';
import { getHistory, historyOutputSchema } from '../../generations/list-history.ts';
import { favoriteGeneration } from '../../generations/mark-generation.ts';
import { retryGeneration } from '../../generations/retry-generation.ts';
import { principalOf } from '../../http/request-principal.ts';
import { getLoraAnalytics, loraAnalyticsOutputSchema } from '../../insight/lora-analytics.ts';
import { checkCompatibility } from '../../library/check-compatibility.ts';
import { listAvailableLoras } from '../../library/list-loras.ts';
import { createPreset, getPreset, listPresets, presetListSchema } from '../../library/manage-presets.ts';
import { createPresetFromGeneration } from '../../library/preset-from-generation.ts';
import {
  availableLorasShape,
  bodyOf,
  generationIdOf,
  generationParamsSchema,
  loraAnalyticsShape,
  presetIdOf,
  presetParamsSchema,
  presetShape,
  validateQuery,
} from '../data-input.ts';
import { errors } from '../error-schemas.ts';
import { idempotencyKeyOf, idempotencyKeySchema } from '../idempotency-key.ts';
import {
  availableLorasSchema,
  favoriteBodySchema,
  gatewayCompatibilitySchema,
  gatewayHistorySchema,
  gatewayLoraAnalyticsSchema,
  gatewayPresetFromGenerationSchema,
  gatewayPresetQuerySchema,
  gatewayPresetSchema,
  retryBodySchema,
  translateHistory,
} from './library-input.ts';
import { translateOutput } from './translate.ts';

const described = { tags: ['gateway'], security: [{ apiKey: [] }] };
const onGeneration = { ...described, params: generationParamsSchema };

/** Single generations, LoRAs and presets where the reorganization plan puts them, under one of its prefixes. */
export function registerLibrary(app: FastifyInstance, context: GatewayContext, prefix: string): void {
  registerGenerations(app, context, prefix);
  registerLoras(app, context, prefix);
  registerPresets(app, context, prefix);
}

function registerGenerations(app: FastifyInstance, context: GatewayContext, prefix: string): void {
  const answer = (schema: z.ZodType) => ({ response: { 200: schema, ...errors(400, 404, 409) } });
  app.get(
    `${prefix}/generations/history`,
    {
      schema: {
        ...described,
        summary: 'Your generations, newest first',
        querystring: gatewayHistorySchema,
        ...answer(historyOutputSchema),
      },
    },
    (request) => getHistory(context, principalOf(request), translateHistory(request.query, new Date())),
  );
  app.get(
    `${prefix}/generations/:id`,
    { schema: { ...onGeneration, summary: 'One generation with its attempts', ...answer(generationDetailsSchema) } },
    async (request) => translateOutput(await getGeneration(context, principalOf(request), generationIdOf(request))),
  );
  app.post(
    `${prefix}/generations/:id/favorite`,
    { schema: { ...onGeneration, summary: 'Mark or unmark it', body: favoriteBodySchema.optional(), ...answer(generationOutputSchema) } },
    async (request) => {
      const { favorite } = validate(favoriteBodySchema, bodyOf(request));
      return translateOutput(await favoriteGeneration(context, principalOf(request), { id: generationIdOf(request), favorite }));
    },
  );
  app.post(
    `${prefix}/generations/:id/cancel`,
    { schema: { ...onGeneration, summary: 'Stop it; nothing is charged', ...answer(generationOutputSchema) } },
    async (request) => translateOutput(await cancelGeneration(context, principalOf(request), generationIdOf(request))),
  );
  app.post(
    `${prefix}/generations/:id/retry`,
    {
      schema: {
        ...onGeneration,
        summary: 'The same again, or with another seed',
        headers: idempotencyKeySchema,
        body: retryBodySchema.optional(),
        response: { 202: acceptedSchema, ...errors(400, 402, 404, 409, 422) },
      },
    },
    async (request, reply) => {
      const { replayed, ...accepted } = await retryGeneration(context, principalOf(request), {
        id: generationIdOf(request),
        ...validate(retryBodySchema, bodyOf(request)),
        idempotencyKey: idempotencyKeyOf(request),
        api: 'gateway',
      });
      if (replayed) reply.header('idempotent-replayed', 'true');
      return reply.code(202).send(translateOutput(accepted));
    },
  );
}

function registerLoras(app: FastifyInstance, context: GatewayContext, prefix: string): void {
  const answer = (schema: z.ZodType) => ({ response: { 200: schema, ...errors(400) } });
  app.get(
    `${prefix}/loras/available`,
    { schema: { ...described, summary: 'All LoRAs by name', querystring: availableLorasSchema, ...answer(z.array(loraOutputSchema)) } },
    (request: FastifyRequest) => {
      const { include_stats: stats = false, compatible_with } = validateQuery(request, availableLorasSchema, availableLorasShape);
      return listAvailableLoras(context, { stats, compatibleWith: compatible_with });
    },
  );
  app.post(
    `${prefix}/loras/check-compatibility`,
    {
      config: { access: 'read' },
      schema: {
        ...described,
        summary: 'Whether LoRAs go together',
        body: gatewayCompatibilitySchema,
        ...answer(compatibilityOutputSchema),
      },
    },
    (request) => checkCompatibility(context, validate(gatewayCompatibilitySchema, request.body)),
  );
  app.get(
    `${prefix}/loras/analytics`,
    {
      schema: {
        ...described,
        summary: 'How LoRAs were used',
        querystring: gatewayLoraAnalyticsSchema,
        ...answer(loraAnalyticsOutputSchema),
      },
    },
    (request) => getLoraAnalytics(context, principalOf(request), validateQuery(request, gatewayLoraAnalyticsSchema, loraAnalyticsShape)),
  );
}

function registerPresets(app: FastifyInstance, context: GatewayContext, prefix: string): void {
  const made = { response: { 201: presetOutputSchema, ...errors(400, 404) } };
  app.post(
    `${prefix}/presets/save`,
    { schema: { ...described, summary: 'Keep settings under a name', body: gatewayPresetSchema, ...made } },
    async (request, reply) =>
      reply.code(201).send(await createPreset(context, principalOf(request), validate(gatewayPresetSchema, request.body))),
  );
  app.post(
    `${prefix}/presets/from-generation`,
    { schema: { ...described, summary: 'Keep what made a picture', body: gatewayPresetFromGenerationSchema, ...made } },
    async (request, reply) => {
      const input = validate(gatewayPresetFromGenerationSchema, request.body);
      return reply.code(201).send(await createPresetFromGeneration(context, principalOf(request), input));
    },
  );
  const answer = (schema: z.ZodType) => ({ response: { 200: schema, ...errors(400, 404) } });
  app.get(
    `${prefix}/presets/list`,
    {
      schema: { ...described, summary: 'Your presets and public ones', querystring: gatewayPresetQuerySchema, ...answer(presetListSchema) },
    },
    (request) => listPresets(context, principalOf(request), validateQuery(request, gatewayPresetQuerySchema, presetShape)),
  );
  app.get(
    `${prefix}/presets/:id`,
    { schema: { ...described, summary: 'A preset', params: presetParamsSchema, ...answer(presetOutputSchema) } },
    (request) => getPreset(context, principalOf(request), presetIdOf(request)),
  );
}
