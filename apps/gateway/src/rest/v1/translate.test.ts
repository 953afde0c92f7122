import { describe, expect, it } from 'vitest';
import { catalogue } from '../legacy/catalogue.fixture.ts';
import { configuredEndpoints, type V1Endpoint, v1Endpoints } from './endpoints.ts';
import { translateBody } from './translate.ts';

function endpoint(path: string): V1Endpoint {
  const found = v1Endpoints.find((candidate) => candidate.path === path);
  if (!found) throw new Error(`no endpoint ${path}`);
  return found;
}
const inputOf = (path: string, body: Record<string, unknown>) => translateBody(body, endpoint(path), catalogue).input;

describe('the old endpoints', () => {
  it.each(v1Endpoints)('$path understands its own example', (own) => {
    expect(translateBody(own.example, own, catalogue).input.prompt).not.toBe('');
  });

  it.each([
    [{}, { steps: 40, cfg_scale: 7 }],
    [{ cfg: '5' }, { steps: 40, cfg_scale: 5 }],
    [
      { num_inference_steps: 20, guidance_scale: 2 },
      { steps: 20, cfg_scale: 2 },
    ],
    [
      { model_name: 'Paper Cut', modifier_name: 'None', cfg: '7', num_images: '1', image_size: 'square_hd' },
      { steps: 40, cfg_scale: 7, num_images: 1, image_size: 'square_hd', loras: [{ id: 310, weight: 1 }] },
    ],
    [
      { model_name: 'Paper Cut', modifier_name: 'realistic portrait', modifier_scale: '0.6' },
      {
        steps: 40,
        cfg_scale: 7,
        loras: [
          { id: 310, weight: 1 },
          { id: 309, weight: 0.6 },
        ],
      },
    ],
    [
      { model_name: 'Paper Cut', modifier_name: '', modifier_scale: 0.4 },
      { steps: 40, cfg_scale: 7, loras: [{ id: 310, weight: 0.4 }] },
    ],
    [
      { model_name: '', modifier_scale: 0 },
      { steps: 40, cfg_scale: 7 },
    ],
  ])('flux-dev-lora reads %j as %j', (body, input) => {
    for (const path of ['black-forest-labs/flux-dev-lora', 'generate-image']) {
      expect(inputOf(path, { prompt: 'a', ...body })).toEqual({ prompt: 'a', ...input });
    }
  });

  it('bring a modifier_scale into bounds and say so', () => {
    const { input, adjustments } = translateBody(
      { prompt: 'a', model_name: 'lora_001', modifier_scale: 5 },
      endpoint('generate-image'),
      catalogue,
    );
    expect(input.loras).toEqual([{ id: 309, weight: 2 }]);
    expect(adjustments).toEqual([
      { parameter: 'modifier_scale', kind: 'approximated', asked: 5, used: 2, reason: 'LoRA weights are 0 to 2' },
    ]);
  });

  it.each([
    [{}, { image_size: 'portrait_4_3' }],
    [{ image_size: 'square_hd' }, { image_size: 'square_hd' }],
    [{ width: '640' }, { width: 640 }],
    [{ dimensions: '640x480' }, { dimensions: '640x480' }],
  ])('juggernaut-flux-lora reads the size %j as %j', (body, input) => {
    expect(inputOf('rundiffusion-fal/juggernaut-flux-lora', { prompt: 'a', ...body })).toEqual({ prompt: 'a', ...input });
  });

  it.each([
    [{ message: 'a fox' }, 'a fox'],
    [
      {
        message: '',
        messages: [
          { role: 'user', content: 'a cat' },
          { role: 'assistant', content: 'done' },
        ],
      },
      'a cat',
    ],
    [{ prompt: 'a dog', message: 'a fox' }, 'a dog'],
  ])('chatbot_bridge draws of %j what it says: %s', (body, prompt) => {
    expect(inputOf('chatbot_bridge', { session_id: 's1', ...body })).toEqual({ prompt, metadata: { session_id: 's1' } });
  });

  it('chatbot_bridge says what it leaves aside', () => {
    const body = { message: 'a fox', messages: [{ role: 'user', content: 'hello' }], tools: [{ name: 'search' }] };
    const { adjustments } = translateBody(body, endpoint('chatbot_bridge'), catalogue);
    expect(adjustments.map(({ parameter, kind }) => [parameter, kind])).toEqual([
      ['messages', 'dropped'],
      ['tools', 'dropped'],
    ]);
  });

  it('may be more than are known', () => {
    expect(configuredEndpoints({ 'fal-ai/fast': 'flux-standard', other: 'auto' }).map(({ path, engine }) => [path, engine])).toEqual([
      ['fal-ai/fast', 'flux-standard'],
      ['other', null],
    ]);
  });
});
