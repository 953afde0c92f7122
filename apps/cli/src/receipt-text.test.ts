import type { GenerationOutput } from '@imagegen/client/procedure-types';
import { expect, it } from 'vitest';
import { receiptText } from './receipt-text.ts';

const image = {
  url: 'http://127.0.0.1/images/a.jpg',
  vault_url: null,
  thumbnail_url: 'http://127.0.0.1/images/a/thumb',
  placeholder: '',
  seed: 12345,
  width: 1024,
  height: 1024,
  content_type: 'image/jpeg',
  bytes: 3,
  sha256: 'a',
  metadata: { seed: 12345, width: 1024, height: 1024, actual_cfg: 20, actual_steps: 40, generation_time: 900, provider: 'fal-advanced' },
};

const output: GenerationOutput = {
  generation_id: 'gen_1',
  request_id: 'req_1',
  status: 'completed',
  provider: 'fal-advanced',
  provider_used: 'fal',
  engine: 'flux-advanced',
  api: 'trpc',
  prompt: 'a fox',
  seed: 12345,
  progress: 100,
  estimated_time: 15,
  poll_url: '/api:v2/status/check?request_id=req_1',
  images: [image, { ...image, seed: 12346 }],
  credits_used: 0.15,
  adjustments: [
    { parameter: 'cfg_scale', kind: 'approximated', asked: 30, used: 20, reason: 'Flux Advanced takes 0 to 20' },
    { parameter: 'quality', kind: 'dropped', asked: 80, used: null, reason: 'png has none' },
  ],
  routing: {
    engine: 'flux-advanced',
    rule: 'more than two LoRAs',
    considered: [
      { engine: 'flux-advanced', ok: true, reasons: [], estimated_cost: 0.15, estimated_time: 15 },
      { engine: 'openai', ok: false, reasons: ['no LoRAs'], estimated_cost: 0.05, estimated_time: 5 },
    ],
  },
  is_favorite: false,
  created_at: '2026-11-20T12:00:00.000Z',
  completed_at: '2026-11-20T12:00:01.000Z',
};

it('says what was made, how, why there and for how much', () => {
  expect(receiptText(output, { files: ['out/a.jpg', 'out/b.jpg'], elapsedMs: 1_234, simulated: false })).toBe(
    `Engine      flux-advanced (fal-advanced)
Rule        more than two LoRAs
Considered  flux-advanced  yes  0.1500 credits  15 s
            openai         no   0.0500 credits  5 s   no LoRAs
Seed        12345, 12346
Adjusted    cfg_scale: 30 → 20 (Flux Advanced takes 0 to 20)
            quality: dropped (png has none)
Credits     0.15
Time        1.2 s
Id          gen_1 (req_1)
Files       out/a.jpg
            out/b.jpg
`,
  );
});

it('says when nothing was really paid, adjusted or seeded', () => {
  const unseeded = { ...output, seed: null, images: [{ ...image, seed: null }], adjustments: [] };
  const text = receiptText(unseeded, { files: [], elapsedMs: 0, simulated: true });
  expect(text).toContain('flux-advanced (fal-advanced, simulated)');
  expect(text).toContain('Credits     0.15 (simulated)');
  expect(text).toContain('Adjusted    nothing');
  expect(text).toContain('Seed        none: this engine has no seeds');
});
