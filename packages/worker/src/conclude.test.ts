import type { ClaimedGeneration } from '@imagegen/db/queries/claims';
import { expect, test } from 'vitest';
import { conclude } from './conclude.ts';
import type { CallEnd } from './run-call.ts';

const actual = { steps: null, cfg_scale: null, width: 64, height: 64 };

function ofCalls(...images: number[]): Pick<ClaimedGeneration, 'plan' | 'settings'> {
  const calls = images.map((count) => ({ endpoint: 'e', body: {}, images: count, seed: 1 }));
  return { plan: { calls, actual, transcode: null }, settings: { prompt: 'p', seed: 1, seed_asked: true, width: 60, height: 60 } };
}

function delivered(count: number, costMicros: number, width = 64): CallEnd {
  const image = { sha256: 'a', content_type: 'image/png', width, height: 64, bytes: 1, seed: 1, placeholder: '' };
  return { kind: 'delivered', images: Array.from({ length: count }, () => image), costMicros };
}

const error = { code: 'CONTENT_REJECTED', message: 'not this' };
const failed: CallEnd = { kind: 'failed', error };
const retry = (delayMs: number): CallEnd => ({ kind: 'retry', delayMs, error });
const later = (delayMs: number): CallEnd => ({ kind: 'later', delayMs });

test('all pictures there: completed, at what they cost', () => {
  expect(conclude(ofCalls(4, 1), [delivered(4, 100_000), delivered(1, 25_000)])).toMatchObject({
    kind: 'finish',
    end: { status: 'completed', images: [{}, {}, {}, {}, {}], creditsUsed: 0.125, adjustments: [] },
  });
});

test('some pictures there: completed, with the reason why not all', () => {
  expect(conclude(ofCalls(1, 2), [failed, delivered(2, 50_000)])).toMatchObject({
    end: {
      status: 'completed',
      creditsUsed: 0.05,
      adjustments: [{ parameter: 'num_images', kind: 'approximated', asked: 3, used: 2, reason: 'not this' }],
    },
  });
  expect(conclude(ofCalls(2), [delivered(1, 1)])).toMatchObject({
    end: { adjustments: [{ asked: 2, used: 1, reason: 'The provider withheld or spoiled the others. They are not charged.' }] },
  });
});

test('another size than planned is said to be so, by what was asked', () => {
  expect(conclude(ofCalls(1), [delivered(1, 1, 96)])).toMatchObject({
    end: { adjustments: [{ parameter: 'size', kind: 'approximated', asked: '60x60', used: '96x64' }] },
  });
});

test('no picture: failed, with the first reason', () => {
  const second: CallEnd = { kind: 'failed', error: { code: 'PROVIDER_ERROR', message: 'later' } };
  expect(conclude(ofCalls(1, 1), [failed, second])).toEqual({ kind: 'finish', end: { status: 'failed', error } });
  expect(conclude(ofCalls(1), [delivered(0, 0)])).toMatchObject({ end: { status: 'failed', error: { code: 'PROVIDER_ERROR' } } });
});

test('one call to be tried again makes it another try, after the longest pause that was asked for', () => {
  expect(conclude(ofCalls(1, 1, 1, 1), [retry(500), delivered(1, 1), retry(20_000), failed])).toEqual({
    kind: 'release',
    delayMs: 20_000,
    countsAsTry: true,
  });
});

test('one call that waits makes it wait, as short as possible, and that is no try', () => {
  expect(conclude(ofCalls(1, 1, 1), [retry(20_000), later(3_000), later(1_000)])).toEqual({
    kind: 'release',
    delayMs: 1_000,
    countsAsTry: false,
  });
});
