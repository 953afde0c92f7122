import type { Engine } from '../engines/engine.ts';
import type { DoorDefaults, GenerationSettings } from '../generation/settings.ts';

/**
 * A LoRA with its file: those of the catalogue in the order asked, then those given as files. `scale` (legacy doors) is already on the
 * engine's own scale and goes through untouched.
 */
export type ResolvedLora = { url: string; weight: number; scale?: number };

/** What a mapping must know beside the settings: looked up by the gateway, never asked for by a caller. */
export type MappingContext = {
  loras: readonly ResolvedLora[];
  defaults: DoorDefaults;
  openaiModel: string;
  /** 64 hex digits: the version of `lucataco/flux-dev-multi-lora` to call for three LoRAs. */
  multiLoraVersion: string | null;
  safetyChecker: boolean;
  /** A hash of the user id, for OpenAI's `safety_identifier`. */
  userTag: string;
  /** An https URL or `vault:<sha256>`; wins over the one in the settings. */
  referenceImage?: string;
};

export type MappingRequest = { engine: Engine; settings: GenerationSettings; context: MappingContext };

export function referenceImageOf({ settings, context }: Omit<MappingRequest, 'engine'>): string | undefined {
  return context.referenceImage ?? settings.reference_image;
}

/** Asked LoRAs count before they are looked up, too, so that limits can be told without a database. */
export function countLoras({ settings, context }: Omit<MappingRequest, 'engine'>): number {
  return Math.max(context.loras.length, (settings.loras?.length ?? 0) + (settings.lora_files?.length ?? 0));
}
