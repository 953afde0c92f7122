import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { engineById } from '../src/engines/catalogue.ts';
import { type EngineId, engineIds, imageFormats } from '../src/engines/engine.ts';
import type { GenerationSettings } from '../src/generation/settings.ts';
import { mapToProvider } from '../src/mapping/map-to-provider.ts';
import type { ProviderCall } from '../src/mapping/provider-plan.ts';
import { whyNot } from '../src/mapping/refusals.ts';
import { contextWith, loras, multiLoraVersion } from './requests.ts';

type JsonSchema = { properties: Record<string, unknown> } & Record<string, unknown>;
type Published = { schema: JsonSchema; document: Record<string, unknown> };

/** The providers' published schemas are not part of the repository; without them only these tests are left out. */
const specsDir = resolve(process.env.SPECS_DIR ?? join(import.meta.dirname, '../../../../shared/reference/specs'));
/** OpenAPI's `nullable` is no JSON Schema; nothing is ever sent as null. */
const withoutNullable = (key: string, value: unknown) => (key === 'nullable' && typeof value === 'boolean' ? undefined : value);
const read = (path: string) => JSON.parse(readFileSync(join(specsDir, path), 'utf8'), withoutNullable) as Record<string, unknown>;

const component = (path: string, name: string) => (): Published => {
  const document = read(path) as unknown as { components: { schemas: Record<string, JsonSchema> } };
  return { document: { components: document.components }, schema: document.components.schemas[name]! };
};
const imageToImage = (): Published => {
  const schema = (read('fal/image-to-image.json-schemas.json') as unknown as { schemas: Record<string, JsonSchema> }).schemas
    .FluxLoraImageToImageInput!;
  return { document: {}, schema };
};

const aspectRatios = ['1:1', '16:9', '21:9', '3:2', '2:3', '4:5', '5:4', '3:4', '4:3', '9:16', '9:21'];
const text = { type: 'string' };
const scale = { type: 'number', minimum: -1, maximum: 3 };
/** Replicate publishes the envelope; the inputs are those of predict.py in replicate/cog-flux and lucataco/cog-flux-dev-multi-lora. */
const fluxDev = {
  prompt: text,
  aspect_ratio: { enum: aspectRatios },
  image: text,
  prompt_strength: { type: 'number', minimum: 0, maximum: 1 },
  num_outputs: { type: 'integer', minimum: 1, maximum: 4 },
  num_inference_steps: { type: 'integer', minimum: 1, maximum: 50 },
  seed: { type: 'integer' },
  output_format: { enum: ['webp', 'jpg', 'png'] },
  output_quality: { type: 'integer', minimum: 0, maximum: 100 },
  disable_safety_checker: { type: 'boolean' },
};
const guidance = { type: 'number', minimum: 0, maximum: 10 };
const replicateInputs = {
  single: {
    ...fluxDev,
    guidance,
    go_fast: { type: 'boolean' },
    megapixels: { enum: ['1', '0.25'] },
    lora_weights: text,
    lora_scale: scale,
    extra_lora: text,
    extra_lora_scale: scale,
  },
  multi: {
    ...fluxDev,
    guidance_scale: guidance,
    hf_loras: { type: 'array', items: text },
    lora_scales: { type: 'array', items: { type: 'number' } },
  },
};
const replicate = (envelope: string, input: keyof typeof replicateInputs) => (): Published => {
  const { schema } = component('replicate.openapi.json', envelope)();
  const inputSchema = { type: 'object', required: ['prompt'], additionalProperties: false, properties: replicateInputs[input] };
  return { document: {}, schema: { ...schema, properties: { ...schema.properties, input: inputSchema } } };
};

/** The published document lags behind: it knows three sizes for edits and no `safety_identifier` (openai SDK 7.55.0 has both). */
const openAi = (name: string) => (): Published => {
  const { document, schema } = component('openai-images.openapi.json', name)();
  return { document, schema: { ...schema, properties: { ...schema.properties, size: text, safety_identifier: text } } };
};

const published: Record<string, () => Published> = {
  'fal-ai/flux-lora': component('fal/fal-ai__flux-lora.openapi.json', 'FluxLoraInput'),
  'fal-ai/flux-lora/image-to-image': imageToImage,
  'fal-ai/flux-general': component('fal/fal-ai__flux-general.openapi.json', 'FluxGeneralInput'),
  'rundiffusion-fal/juggernaut-flux-lora': component('fal/rundiffusion-fal__juggernaut-flux-lora.openapi.json', 'JuggernautFluxLoraInput'),
  'black-forest-labs/flux-dev-lora': replicate('schemas_prediction_request', 'single'),
  [`version:${multiLoraVersion}`]: replicate('schemas_version_prediction_request', 'multi'),
  'images/generations': openAi('CreateImageRequest'),
  'images/edits': openAi('EditImageBodyJsonParam'),
};

const ajv = addFormats.default(new Ajv({ strict: false }));
const validators = new Map<string, (call: ProviderCall) => string[]>();

/** What the published schema finds wrong with a call, and the fields it does not know. */
function problemsOf(call: ProviderCall): string[] {
  let validator = validators.get(call.endpoint);
  if (!validator) {
    const { schema, document } = published[call.endpoint]!();
    const check = ajv.compile({ ...document, ...schema });
    validator = ({ body }) => {
      const unknown = Object.keys(body).filter((key) => !Object.hasOwn(schema.properties, key));
      return check(body) ? unknown : [...unknown, ajv.errorsText(check.errors)];
    };
    validators.set(call.endpoint, validator);
  }
  return validator(call);
}

const maybe = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });
const range = (min: number, max: number) => fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max }));
const settings = fc
  .record({
    prompt: fc.string({ minLength: 1 }),
    negative_prompt: maybe(fc.string()),
    seed: range(0, 2 ** 31 - 1),
    seed_asked: fc.boolean(),
    sampler: maybe(fc.constantFrom('euler', 'DPM++ 2M Karras', 'nonsense')),
    steps: maybe(range(1, 150)),
    cfg_scale: maybe(fc.double({ min: 1, max: 30, noNaN: true })),
    width: range(256, 2048),
    height: range(256, 2048),
    num_images: maybe(range(1, 8)),
    format: maybe(fc.constantFrom(...imageFormats)),
    quality: maybe(range(0, 100)),
    priority: maybe(fc.constantFrom('speed', 'quality', 'cost')),
    strength: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
  })
  .map((asked) => Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) as unknown as GenerationSettings);
const context = fc
  .record({
    loraCount: fc.nat(5),
    weight: fc.double({ min: 0, max: 2, noNaN: true }),
    referenceImage: maybe(fc.constantFrom('vault:abc', 'https://x.example/a.png')),
    multi: fc.boolean(),
    safetyChecker: fc.boolean(),
    openaiModel: fc.constantFrom('gpt-image-2', 'gpt-image-2.5-flare', 'gpt-image-1.5', 'dall-e-3'),
  })
  .map(({ loraCount, weight, referenceImage, multi, ...rest }) =>
    contextWith({
      ...rest,
      loras: loras(loraCount, weight),
      multiLoraVersion: multi ? multiLoraVersion : null,
      ...(referenceImage && { referenceImage }),
    }),
  );

const absent = existsSync(specsDir) ? '' : ` (left out: no published schemas at ${specsDir}; SPECS_DIR names another folder)`;

describe.skipIf(absent !== '')(`request bodies and the providers' published schemas${absent}`, () => {
  const seen = new Set<string>();

  it.each(engineIds)('%s only sends what its provider documents', (id: EngineId) => {
    fc.assert(
      fc.property(settings, context, (asked, given) => {
        fc.pre(whyNot(engineById(id), asked, given).length === 0);
        const { plan } = mapToProvider(engineById(id), asked, given);
        for (const call of plan.calls) {
          seen.add(call.endpoint);
          expect(problemsOf(call)).toEqual([]);
        }
        expect(plan.calls.reduce((sum, { images }) => sum + images, 0)).toBe(asked.num_images ?? 1);
      }),
      { numRuns: 300 },
    );
  });

  it('has tried every endpoint', () => {
    expect([...seen].sort()).toEqual(Object.keys(published).sort());
  });

  it('would notice a wrong value and an unknown field', () => {
    const call = (body: Record<string, unknown>) => ({ endpoint: 'fal-ai/flux-lora', body, images: 1, seed: 1 });
    expect(problemsOf(call({ prompt: 'a', num_inference_steps: 51 }))).toHaveLength(1);
    expect(problemsOf(call({ prompt: 'a', negative_prompt: 'b' }))).toEqual(['negative_prompt']);
  });
});
