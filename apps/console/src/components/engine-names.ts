import type { EngineId } from '@imagegen/core/engines/engine';

/** What people call the engines. */
export const engineNames: Record<EngineId, string> = {
  'flux-standard': 'Flux Standard',
  'flux-advanced': 'Flux Advanced',
  'flux-juggernaut': 'Juggernaut Flux',
  replicate: 'Replicate Flux',
  openai: 'OpenAI',
  'openai-edit': 'OpenAI Edit',
};
