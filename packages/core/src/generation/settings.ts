import type { GenerationInput } from './input.ts';

/**
 * What a caller asked for, after validation: optional fields the caller left out stay out, so that only what was really asked can be
 * reported as not honoured. The seed is always decided here, before any provider is called.
 */
export type GenerationSettings = Omit<
  GenerationInput,
  'seed' | 'dimensions' | 'image_size' | 'engine' | 'idempotency_key' | 'webhook_url' | 'metadata' | 'deadline_seconds'
> & {
  seed: number;
  /** False when the seed was drawn by us: then an engine without seeds dropped nothing that was asked. */
  seed_asked: boolean;
  width: number;
  height: number;
};

/** Defaults differ by door (v2 and tRPC 40 / 7.5, the gateway group 30 / 7.5, v1 40 / 3.5); an engine's own defaults come first. */
export type DoorDefaults = { steps: number; cfgScale: number };
