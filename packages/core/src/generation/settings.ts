import type { OpenAiQuality } from '../engines/openai-models.ts';
import type { GenerationInput } from './input.ts';

/** A LoRA by its file, on the engine's own scale. The provider fetches it, we never do. */
export type LoraFile = { url: string; scale: number };

/** The canonical input, and what only legacy and foreign doors can say beside it: v2 and tRPC refuse these fields as unknown. */
export type SubmittedInput = GenerationInput & {
  lora_files?: LoraFile[] | undefined;
  /** OpenAI's own quality word. */
  render_quality?: OpenAiQuality | undefined;
};

/**
 * What a caller asked for, after validation: optional fields the caller left out stay out, so that only what was really asked can be
 * reported as not honoured. The seed is always decided here, before any provider is called.
 */
export type GenerationSettings = Omit<
  SubmittedInput,
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
