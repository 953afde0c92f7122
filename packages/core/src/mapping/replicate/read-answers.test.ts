import { describe, expect, it } from 'vitest';
import { MalformedAnswerError } from '../../errors/malformed-answer-error.ts';
import { readReplicateError } from './read-error.ts';
import { readPrediction } from './read-prediction.ts';

const base = { id: 'gm3q', output: null, error: null, logs: '', urls: { get: 'https://r/p/gm3q', cancel: 'https://r/p/gm3q/cancel' } };
const read = (prediction: object) => {
  const { id, urls, predictTimeSeconds, ...outcome } = readPrediction({ ...base, ...prediction });
  return outcome;
};

describe('readPrediction', () => {
  it('keeps the id, the addresses and the run time', () => {
    expect(readPrediction({ ...base, status: 'starting', metrics: { predict_time: 2.3 } })).toEqual({
      id: 'gm3q',
      kind: 'starting',
      predictTimeSeconds: 2.3,
      urls: { get: 'https://r/p/gm3q', cancel: 'https://r/p/gm3q/cancel' },
    });
  });

  it.each([
    [{ status: 'starting' }, { kind: 'starting' }],
    [{ status: 'processing' }, { kind: 'processing', progress: null }],
    [
      { status: 'processing', logs: 'Using seed: 1\n 43%|####   | 12/28 [00:01<00:02]' },
      { kind: 'processing', progress: 42 },
    ],
    [
      { status: 'processing', logs: ' 43%|####   |' },
      { kind: 'processing', progress: 43 },
    ],
    [
      { status: 'processing', output: ['https://early'] },
      { kind: 'processing', progress: null },
    ],
    [
      { status: 'succeeded', output: ['https://a', 'https://b'] },
      { kind: 'succeeded', outputs: ['https://a', 'https://b'] },
    ],
    [
      { status: 'succeeded', output: 'https://a' },
      { kind: 'succeeded', outputs: ['https://a'] },
    ],
    [
      { status: 'failed', error: 'CUDA out of memory' },
      { kind: 'failed', error: 'CUDA out of memory', contentRejected: false },
    ],
    [{ status: 'failed' }, { kind: 'failed', error: 'the prediction failed', contentRejected: false }],
    [
      { status: 'failed', error: 'All generated images contained NSFW content. Try running it again with a different prompt.' },
      { kind: 'failed', error: expect.any(String), contentRejected: true },
    ],
    [
      { status: 'failed', error: 'The input or output was flagged as sensitive. (E005)' },
      { kind: 'failed', error: expect.any(String), contentRejected: true },
    ],
    [{ status: 'canceled', output: ['https://late'] }, { kind: 'canceled' }],
    [{ status: 'aborted' }, { kind: 'aborted' }],
  ])('reads %j', (prediction, outcome) => {
    expect(read(prediction)).toEqual(outcome);
  });

  it.each([
    { status: 'done' },
    { status: 'succeeded' },
    { status: 'succeeded', output: [] },
    { status: 'succeeded', output: null, data_removed: true },
    { status: 'succeeded', output: [7] },
    { status: 'starting', id: '' },
  ])('does not accept %j', (prediction) => {
    expect(() => read(prediction)).toThrow(MalformedAnswerError);
  });
});

describe('readReplicateError', () => {
  it.each([
    [422, { title: 'Input validation failed', detail: '- input.prompt: is required\n', status: 422 }, 'invalid-request'],
    [422, { title: 'Invalid version or not permitted', detail: 'The specified version does not exist', status: 422 }, 'not-found'],
    [402, { title: 'Insufficient credit', detail: 'You have insufficient credit' }, 'insufficient-funds'],
    [401, { title: 'Unauthenticated' }, 'unauthorized'],
    [404, { detail: 'Not found.' }, 'not-found'],
    [429, { detail: 'Request was throttled. Your rate limit resets in ~30s.', status: 429 }, 'rate-limited'],
    [500, null, 'unavailable'],
    [400, '<html>', 'malformed'],
  ])('reads %d %j as %s', (httpStatus, body, kind) => {
    expect(readReplicateError(httpStatus, body).kind).toBe(kind);
  });

  it('tells the caller which field was refused', () => {
    expect(readReplicateError(422, { detail: '- input.prompt: is required\n' }).message).toBe(
      'The provider refused the request: - input.prompt: is required',
    );
  });
});
