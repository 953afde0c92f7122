import type { GenerationSettings } from '../src/generation/settings.ts';
import type { MappingContext, ResolvedLora } from '../src/mapping/mapping-context.ts';

/** Settings of a caller who asked for nothing but a prompt, and what differs from them. */
export function settingsWith(asked: Partial<GenerationSettings> = {}): GenerationSettings {
  return { prompt: 'a fox', seed: 42, seed_asked: false, width: 1024, height: 1024, ...asked };
}

export function contextWith(given: Partial<MappingContext> = {}): MappingContext {
  return {
    loras: [],
    defaults: { steps: 40, cfgScale: 7.5 },
    openaiModel: 'gpt-image-2',
    multiLoraVersion: null,
    safetyChecker: true,
    userTag: 'u_1',
    ...given,
  };
}

export function loras(count: number, weight = 1): ResolvedLora[] {
  return Array.from({ length: count }, (_, index) => ({ url: `https://loras.example/${index + 1}.safetensors`, weight }));
}

export const multiLoraVersion = 'ab'.repeat(32);
