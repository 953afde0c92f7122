import type { Capabilities, Engine, EngineId } from './engine.ts';
import { defaultOpenAiModel } from './openai-models.ts';
import { fluxGeneralSamplers } from './samplers.ts';

const flux = {
  seed: 'native',
  negativePrompt: 'prompt',
  size: 'exact',
  steps: { min: 1, max: 50 },
  cfgScale: { min: 0, max: 35 },
  imagesPerCall: 4,
  formats: ['jpeg', 'png'],
  quality: false,
  samplers: null,
  referenceImage: 'none',
  strength: false,
} as const satisfies Partial<Capabilities>;

const gptImage = {
  seed: 'none',
  negativePrompt: 'prompt',
  loras: { max: 0, scale: 'raw' },
  size: 'sizes',
  steps: null,
  cfgScale: null,
  imagesPerCall: 10,
  formats: ['jpeg', 'png', 'webp'],
  quality: true,
  samplers: null,
  strength: false,
} as const satisfies Partial<Capabilities>;

const gptImagePrice = { unit: 'openai-tokens', usd: 30, source: 'OpenAI pricing page, picture output tokens', asOf: '2026-11-20' } as const;

/**
 * The engines and what is known of them: limits from the providers' published input schemas (fal queue OpenAPI 2026-06-11, cog-flux
 * 2025-07-31, openai SDK 7.55.0), prices with their source. Order is the order of preference when the chosen engine cannot.
 */
export const engines = {
  'flux-standard': {
    id: 'flux-standard',
    provider: 'fal',
    label: 'fal-standard',
    model: 'fal-ai/flux-lora',
    title: 'Flux Standard',
    capabilities: { ...flux, loras: { max: 2, scale: 'half-capped' }, referenceImage: 'optional', strength: true },
    price: { unit: 'megapixel', usd: 0.035, source: 'fal.ai model page of fal-ai/flux-lora', asOf: '2026-08-18' },
    typicalTimeSeconds: 15,
    qualityScore: 8,
    limitations: ['At most 2 LoRAs', 'No native negative prompt'],
  },
  'flux-advanced': {
    id: 'flux-advanced',
    provider: 'fal',
    label: 'fal-advanced',
    model: 'fal-ai/flux-general',
    title: 'Flux Advanced',
    capabilities: {
      ...flux,
      negativePrompt: 'native',
      loras: { max: 5, scale: 'half-capped' },
      cfgScale: { min: 0, max: 20 },
      imagesPerCall: 10,
      samplers: fluxGeneralSamplers,
    },
    price: {
      unit: 'megapixel',
      usd: 0.075,
      source: 'third-party price lists; fal.ai publishes it only behind its pricing API',
      asOf: '2026-11-20',
      assumed: true,
    },
    typicalTimeSeconds: 15,
    qualityScore: 8,
    limitations: ['At most 5 LoRAs', 'No reference image'],
  },
  'flux-juggernaut': {
    id: 'flux-juggernaut',
    provider: 'fal',
    label: 'fal-juggernaut',
    model: 'rundiffusion-fal/juggernaut-flux-lora',
    title: 'Juggernaut Flux',
    capabilities: { ...flux, loras: { max: 2, scale: 'half-capped' } },
    price: {
      unit: 'megapixel',
      usd: 0.055,
      source: 'none published; taken as dear as its dearest sibling, juggernaut-flux/pro, so that a hold is never too small',
      asOf: '2026-11-20',
      assumed: true,
    },
    typicalTimeSeconds: 20,
    qualityScore: 9,
    limitations: ['At most 2 LoRAs', 'No native negative prompt', 'No reference image'],
  },
  replicate: {
    id: 'replicate',
    provider: 'replicate',
    label: 'replicate',
    model: 'black-forest-labs/flux-dev-lora',
    title: 'Replicate',
    capabilities: {
      ...flux,
      loras: { max: 2, scale: 'raw' },
      size: 'ratio',
      cfgScale: { min: 0, max: 10 },
      formats: ['jpeg', 'png', 'webp'],
      quality: true,
      referenceImage: 'optional',
      strength: true,
    },
    defaults: { steps: 28, cfgScale: 3.5 },
    price: { unit: 'image', usd: 0.032, source: 'measured by a third party', asOf: '2026-10-01', assumed: true },
    typicalTimeSeconds: 10,
    qualityScore: 8,
    limitations: ['At most 2 LoRAs', 'Eleven aspect ratios instead of exact pixels', 'No native negative prompt'],
  },
  openai: {
    id: 'openai',
    provider: 'openai',
    label: 'openai',
    model: defaultOpenAiModel,
    title: 'OpenAI',
    capabilities: { ...gptImage, referenceImage: 'none' },
    price: gptImagePrice,
    typicalTimeSeconds: 5,
    qualityScore: 7,
    limitations: ['No LoRA support', 'No seed, steps or guidance', 'No native negative prompt'],
  },
  'openai-edit': {
    id: 'openai-edit',
    provider: 'openai',
    label: 'openai-edit',
    model: defaultOpenAiModel,
    title: 'OpenAI edit',
    capabilities: { ...gptImage, referenceImage: 'required' },
    price: gptImagePrice,
    typicalTimeSeconds: 10,
    qualityScore: 7,
    limitations: ['Needs a reference image', 'No LoRA support', 'No seed, steps, guidance or strength'],
  },
} as const satisfies Record<EngineId, Engine>;

/** The catalogue, or a copy of it with other prices. */
export type Engines = Readonly<Record<EngineId, Engine>>;

export function engineById(id: EngineId): Engine {
  return engines[id];
}
