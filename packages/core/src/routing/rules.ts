import type { EngineId } from '../engines/engine.ts';
import type { GenerationSettings } from '../generation/settings.ts';

/** What the rules look at. */
export type RoutingFacts = {
  loras: number;
  referenceImage: boolean;
  priority: GenerationSettings['priority'];
  preference: GenerationSettings['provider_preference'];
};

export type Rule = { id: string; reason: string; when: (facts: RoutingFacts) => boolean; engine: EngineId };

/**
 * Which engine is wished for, first match first (PRD 4.2 B, contracts). With a provider preference only the rules that lead to that
 * provider are looked at, so "fal" still chooses among fal's engines.
 */
export const rules: readonly Rule[] = [
  {
    id: 'preference-openai-edit',
    reason: 'OpenAI was asked for, with a reference image',
    when: ({ preference, referenceImage }) => preference === 'openai' && referenceImage,
    engine: 'openai-edit',
  },
  { id: 'preference-openai', reason: 'OpenAI was asked for', when: ({ preference }) => preference === 'openai', engine: 'openai' },
  {
    id: 'preference-replicate',
    reason: 'Replicate was asked for',
    when: ({ preference }) => preference === 'replicate',
    engine: 'replicate',
  },
  {
    id: 'reference-image',
    reason: 'a reference image, which Flux Standard takes together with strength and LoRAs',
    when: ({ referenceImage }) => referenceImage,
    engine: 'flux-standard',
  },
  {
    id: 'speed-without-loras',
    reason: 'no LoRAs and speed first',
    when: ({ loras, priority }) => loras === 0 && priority === 'speed',
    engine: 'openai',
  },
  { id: 'more-than-two-loras', reason: 'more than two LoRAs', when: ({ loras }) => loras > 2, engine: 'flux-advanced' },
  {
    id: 'quality-with-loras',
    reason: 'LoRAs and quality first',
    when: ({ loras, priority }) => loras > 0 && priority === 'quality',
    engine: 'flux-juggernaut',
  },
  {
    id: 'cost-without-loras',
    reason: 'no LoRAs and cost first',
    when: ({ loras, priority }) => loras === 0 && priority === 'cost',
    engine: 'openai',
  },
  {
    id: 'cost-with-loras',
    reason: 'LoRAs and cost first',
    when: ({ loras, priority }) => loras > 0 && priority === 'cost',
    engine: 'flux-standard',
  },
  { id: 'default', reason: 'nothing asks for another engine', when: () => true, engine: 'flux-standard' },
];
