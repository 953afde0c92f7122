import { describe, expect, it } from 'vitest';
import type { GenerationOutput } from '../generation/output.ts';
import { fitPayload, largestDataBytes } from './fit-payload.ts';

const output: GenerationOutput = {
  generation_id: 'gen_1',
  request_id: 'req_1',
  status: 'completed',
  provider: 'fal-standard',
  provider_used: 'fal',
  engine: 'flux-standard',
  api: 'v2',
  prompt: 'a lighthouse',
  seed: 1,
  progress: 100,
  estimated_time: 15,
  poll_url: '/api:v2/status/check?request_id=req_1',
  images: [],
  credits_used: 0.02,
  adjustments: [],
  routing: { engine: 'flux-standard', rule: 'default', considered: [] },
  is_favorite: false,
  created_at: '2026-11-20T12:00:00.000Z',
  completed_at: '2026-11-20T12:00:10.000Z',
};

const carried = (changes: Partial<GenerationOutput>) => {
  const fitted = fitPayload({ ...output, seq: 4, ...changes });
  expect(new TextEncoder().encode(JSON.stringify(fitted)).byteLength).toBeLessThanOrEqual(largestDataBytes);
  return fitted;
};

describe('what a webhook carries', () => {
  it('is the whole canonical output and its place in the log when that is small', () => {
    expect(carried({})).toEqual({ ...output, seq: 4 });
  });

  it('lets go of the other engines first', () => {
    const considered = [{ engine: 'openai' as const, ok: false, reasons: ['x'.repeat(30_000)], estimated_cost: 1, estimated_time: 1 }];
    expect(carried({ routing: { ...output.routing, considered } })).toMatchObject({ prompt: 'a lighthouse', truncated: true });
  });

  it('then of most of a prompt', () => {
    expect(carried({ prompt: '🦊'.repeat(6_000) })).toMatchObject({ prompt: '🦊'.repeat(500), truncated: true });
  });

  it('and keeps at least the ids, how it ended and where the rest is', () => {
    expect(carried({ error: { code: 'PROVIDER_ERROR', message: 'x'.repeat(30_000) } })).toEqual({
      generation_id: 'gen_1',
      request_id: 'req_1',
      seq: 4,
      status: 'completed',
      poll_url: output.poll_url,
      error: { code: 'PROVIDER_ERROR' },
      completed_at: output.completed_at,
      truncated: true,
    });
  });
});
