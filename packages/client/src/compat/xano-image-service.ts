import type { GenerationOutput } from '../procedure-types.ts';
import { awaitGeneration } from './await-generation.ts';
import type { RestDoor } from './rest-door.ts';

/** The parameters of the reorganization plan's service class. */
export type XanoGenerationParams = {
  prompt: string;
  cfg_scale?: number;
  steps?: number;
  sampler?: string;
  /** −1 draws one, and so does leaving it out. */
  seed?: number;
  width?: number;
  height?: number;
  negative_prompt?: string;
  lora_models?: readonly { model: { id: number }; weight?: number }[];
  /** Pictures, 1 to 8. */
  batch_size?: number;
};

/** The nested body of `POST /api/image/generate`. */
export function formatParams({ prompt, lora_models: models = [], batch_size: pictures = 1, ...settings }: XanoGenerationParams) {
  const { cfg_scale, steps, sampler, seed = -1, width, height, negative_prompt = '' } = settings;
  return {
    prompt,
    settings: { cfg_scale, steps, sampler, seed, width, height, negative_prompt },
    loras: models.map(({ model, weight = 1 }) => ({ id: model.id, weight })),
    options: { provider: 'auto', num_images: pictures, format: 'jpeg', quality: 95, save_to_vault: true },
  };
}

/** The class, made for one gateway: callers write `new XanoImageService()`. */
export function imageServiceAt(door: RestDoor) {
  return class XanoImageService {
    /** Resolves when completed. Throws GenerationFailedError, or GatewayError for what was refused. */
    async generate(params: XanoGenerationParams): Promise<GenerationOutput> {
      const { request_id: requestId } = await door.post<GenerationOutput>('/api/image/generate', formatParams(params));
      return this.pollForCompletion(requestId);
    }

    /** Waits for a generation that was accepted earlier. Resolves and throws as `generate`. */
    pollForCompletion(requestId: string): Promise<GenerationOutput> {
      return awaitGeneration(door, requestId);
    }
  };
}
