import { describe, expect, it } from 'vitest';
import { formatParams } from './xano-image-service.ts';

const options = { provider: 'auto', num_images: 1, format: 'jpeg', quality: 95, save_to_vault: true };

describe("the service's parameters as the gateway's body", () => {
  it.each([
    ['only a prompt', { prompt: 'a fox' }, { prompt: 'a fox', settings: { seed: -1, negative_prompt: '' }, loras: [], options }],
    [
      'everything',
      {
        prompt: 'a fox',
        cfg_scale: 8,
        steps: 40,
        sampler: 'euler',
        seed: 7,
        width: 1024,
        height: 768,
        negative_prompt: 'blur',
        lora_models: [{ model: { id: 309 }, weight: 1.2 }, { model: { id: 310 } }],
        batch_size: 3,
      },
      {
        prompt: 'a fox',
        settings: { cfg_scale: 8, steps: 40, sampler: 'euler', seed: 7, width: 1024, height: 768, negative_prompt: 'blur' },
        loras: [
          { id: 309, weight: 1.2 },
          { id: 310, weight: 1 },
        ],
        options: { ...options, num_images: 3 },
      },
    ],
    [
      'seed 0, which is a seed',
      { prompt: 'a fox', seed: 0 },
      { prompt: 'a fox', settings: { seed: 0, negative_prompt: '' }, loras: [], options },
    ],
  ])('%s', (_, params, body) => {
    expect(formatParams(params)).toEqual(body);
  });
});
