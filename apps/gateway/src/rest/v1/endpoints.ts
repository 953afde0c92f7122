import type { EngineId } from '@imagegen/core/engines/engine';
import type { DoorDefaults } from '@imagegen/core/generation/settings';

/** How one of the old endpoints reads its body. Everything else is shared by all of them. */
export type V1Endpoint = {
  path: string;
  /** Null lets the routing rules choose. */
  engine: EngineId | null;
  summary: string;
  /** Its documented defaults, sent as if the caller had asked for them. */
  fill?: Readonly<Record<string, unknown>>;
  /** Answers with the picture instead of an id to look up. */
  waits?: true;
  /** `model_name` and `modifier_name` are LoRAs by name. */
  namesLoras?: true;
  /** The prompt is `message`. */
  isChat?: true;
  /** The route of today that does the same. */
  successor: string;
  example: Readonly<Record<string, unknown>>;
};

/** Steps and guidance of an endpoint without documented ones. */
export const v1Defaults: DoorDefaults = { steps: 40, cfgScale: 3.5 };

const fluxDev = {
  engine: 'replicate',
  fill: { steps: 40, cfg_scale: 7 },
  namesLoras: true,
  successor: '/api:v2/replicate/generate',
  example: {
    prompt: 'a lighthouse at dusk',
    model_name: 'Paper Cut',
    modifier_name: 'None',
    image_size: 'square_hd',
    cfg: '7',
    num_images: '1',
  },
} as const;

const standard = {
  engine: 'flux-standard',
  successor: '/api:v2/flux/standard',
  example: { prompt: 'a lighthouse at dusk', loras: [{ id: 309, weight: 1 }], num_inference_steps: 40, guidance_scale: 3.5 },
} as const;

/**
 * The endpoints of the old group that public material names, with what it says of them. The other names of the nineteen are not known;
 * `LEGACY_PATHS` maps further paths.
 */
export const v1Endpoints: readonly V1Endpoint[] = [
  { path: 'black-forest-labs/flux-dev-lora', summary: 'FLUX dev on Replicate, LoRAs by name', ...fluxDev },
  { path: 'generate-image', summary: 'The earlier form of flux-dev-lora', ...fluxDev },
  {
    path: 'rundiffusion-fal/juggernaut-flux-lora',
    summary: 'Juggernaut FLUX, up to two LoRAs',
    engine: 'flux-juggernaut',
    fill: { image_size: 'portrait_4_3' },
    successor: '/api:v2/flux/juggernaut',
    example: { prompt: 'a lighthouse at dusk', loras: [{ id: 309, weight: 1 }], image_size: 'portrait_4_3', output_format: 'png' },
  },
  {
    path: 'fal-ai/flux-general',
    summary: 'FLUX with up to five LoRAs and a scheduler',
    engine: 'flux-advanced',
    successor: '/api:v2/flux/advanced',
    example: { prompt: 'a lighthouse at dusk', loras: [{ id: 309, weight: 1 }], scheduler: 'euler', guidance_scale: '3.5' },
  },
  { path: 'fal-ai/flux-lora', summary: 'FLUX with up to two LoRAs', ...standard },
  { path: 'rundiffusion-fal/rundiffusion-photo-flux', summary: 'The same as fal-ai/flux-lora', ...standard },
  { path: 'rundiffusion-photo-flux', summary: 'The same as fal-ai/flux-lora', ...standard },
  { path: 'generate-image-rundiffusion-lora', summary: 'The same as fal-ai/flux-lora', ...standard },
  {
    path: 'gpt-image',
    summary: 'A picture by OpenAI; waits for it',
    engine: 'openai',
    waits: true,
    successor: '/api:v2/openai/generate',
    example: { prompt: 'a lighthouse at dusk', model: 'gpt-image-1', size: '1024x1024', quality: 'standard', n: 1 },
  },
  {
    path: 'gpt-image/edit',
    summary: 'A picture changed by OpenAI; waits for it',
    engine: 'openai-edit',
    waits: true,
    successor: '/api:v2/openai/edit',
    example: { prompt: 'make it night', image_url: 'https://pictures.example.com/lighthouse.png' },
  },
  {
    path: 'chatbot_bridge',
    summary: 'A picture of what the message says',
    engine: null,
    isChat: true,
    successor: '/api:v2/smart/generate',
    example: { session_id: 'session-1', message: 'a lighthouse at dusk', messages: [], tools: [] },
  },
];

/** Paths that only this installation's callers know. */
export function configuredEndpoints(paths: Readonly<Record<string, EngineId | 'auto'>>): V1Endpoint[] {
  return Object.entries(paths).map(([path, engine]) => ({
    path,
    engine: engine === 'auto' ? null : engine,
    summary: 'Mapped by LEGACY_PATHS',
    successor: '/api:v2/smart/generate',
    example: { prompt: 'a lighthouse at dusk' },
  }));
}
