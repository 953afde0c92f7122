import { engines } from '@imagegen/core/engines/catalogue';
import { type EngineId, engineIds } from '@imagegen/core/engines/engine';

/** What callers outside call our engines, beside their ids and provider labels. */
const names: Readonly<Record<string, EngineId>> = {
  'flux-lora': 'flux-standard',
  'fal-ai/flux-lora': 'flux-standard',
  'rundiffusion-photo-flux': 'flux-standard',
  'flux-general': 'flux-advanced',
  'fal-ai/flux-general': 'flux-advanced',
  'fal-general': 'flux-advanced',
  juggernaut: 'flux-juggernaut',
  'juggernaut-flux-lora': 'flux-juggernaut',
  'rundiffusion-fal/juggernaut-flux-lora': 'flux-juggernaut',
  rundiffusion: 'flux-juggernaut',
  'flux-dev': 'replicate',
  'flux-dev-lora': 'replicate',
  'black-forest-labs/flux-dev-lora': 'replicate',
  'gpt-image': 'openai',
  ...Object.fromEntries(engineIds.flatMap((id) => [[id, id] as const, [engines[id].label, id] as const])),
};

/** Names of OpenAI's image models, alive or shut down. */
const openAiModelName = /^(gpt-image-|dall-e-|chatgpt-image)/;

export function isOpenAiModelName(name: string): boolean {
  return openAiModelName.test(name);
}

/** The engine that a name outside stands for. */
export function engineNamed(name: string): EngineId | undefined {
  if (isOpenAiModelName(name)) return 'openai';
  return Object.hasOwn(names, name) ? names[name] : undefined;
}
