import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EngineWatch } from './engine-watch.ts';
import { OutcomeWindow } from './outcome-window.ts';
import { ProviderError, type ProviderErrorKind } from './provider-error.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const failure = (kind: ProviderErrorKind = 'unavailable') => new ProviderError(kind, 'no', { billed: 'no' });

async function failing(watch: EngineWatch, times: number, kind?: ProviderErrorKind): Promise<void> {
  for (let time = 0; time < times; time += 1) await watch.failed(failure(kind));
}

async function opened(): Promise<EngineWatch> {
  const watch = new EngineWatch('flux-standard', 20);
  await failing(watch, 20);
  expect(watch.report().breaker).toBe('open');
  return watch;
}

test('nineteen failures leave the breaker closed, the twentieth opens it', async () => {
  const watch = new EngineWatch('flux-standard', 20);
  await failing(watch, 19);
  expect(watch.report()).toMatchObject({ engine: 'flux-standard', breaker: 'closed', calls: 19, success_rate: 0 });
  await failing(watch, 1);
  expect(watch.report()).toMatchObject({ breaker: 'open', calls: 20 });
});

test.each([
  ['half of them failing opens it', 10, 10, 'open'],
  ['fewer than half do not', 11, 10, 'closed'],
])('%s', async (_, successes, failures, breaker) => {
  const watch = new EngineWatch('replicate', 20);
  for (let time = 0; time < successes; time += 1) watch.succeeded(2);
  await failing(watch, failures);
  expect(watch.report().breaker).toBe(breaker);
});

test("a caller's mistakes count for nothing", async () => {
  const watch = new EngineWatch('openai', 20);
  await failing(watch, 40, 'content-rejected');
  await failing(watch, 40, 'invalid-request');
  expect(watch.report()).toMatchObject({ breaker: 'closed', calls: 0, success_rate: null });
});

test('failures of a whole day do not add up', async () => {
  const watch = new EngineWatch('openai', 20);
  for (let time = 0; time < 60; time += 1) {
    await failing(watch, 1);
    vi.advanceTimersByTime(10_000);
  }
  expect(watch.report().breaker).toBe('closed');
});

test('an open breaker sends nothing, and says that nothing was bought and when to come back', async () => {
  const watch = await opened();
  vi.advanceTimersByTime(1_000);
  expect(watch.closedForMs).toBe(4_000);
  const submit = vi.fn(async () => 'taken');
  await expect(watch.send(submit)).rejects.toMatchObject({ kind: 'unavailable', billed: 'no', retryAfterMs: 4_000 });
  expect(submit).not.toHaveBeenCalled();
});

test('after the pause one submission is let through, and closes it when the provider takes it', async () => {
  const watch = await opened();
  vi.advanceTimersByTime(5_000);
  expect(watch.report().breaker).toBe('half-open');
  expect(watch.closedForMs).toBe(0);
  const { promise, resolve } = Promise.withResolvers<string>();
  const probe = watch.send(() => promise);
  await expect(watch.send(async () => 'second')).rejects.toMatchObject({ billed: 'no', retryAfterMs: 5_000 });
  resolve('taken');
  await expect(probe).resolves.toBe('taken');
  expect(watch.report().breaker).toBe('closed');
  await failing(watch, 19);
  expect(watch.report().breaker).toBe('closed');
});

test('of many that ask at once one may probe, and when it never does, another one after a pause', async () => {
  const watch = await opened();
  expect(watch.begin()).toBe(5_000);
  vi.advanceTimersByTime(5_000);
  expect([watch.begin(), watch.begin(), watch.begin()]).toEqual([0, 5_000, 5_000]);
  vi.advanceTimersByTime(5_000);
  expect([watch.begin(), watch.begin()]).toEqual([0, 5_000]);
  await expect(watch.send(async () => 'taken')).resolves.toBe('taken');
  expect([watch.begin(), watch.begin()]).toEqual([0, 0]);
});

test('a probe that fails opens it again; one that only shows a mistake of the caller closes it', async () => {
  const watch = await opened();
  vi.advanceTimersByTime(5_000);
  await expect(watch.send(() => Promise.reject(failure()))).rejects.toThrow('no');
  expect(watch.report().breaker).toBe('open');
  vi.advanceTimersByTime(5_000);
  await expect(watch.send(() => Promise.reject(failure('content-rejected')))).rejects.toThrow('no');
  expect(watch.report().breaker).toBe('closed');
});

test('the window tells percentiles of the last five minutes', () => {
  const window = new OutcomeWindow();
  for (let seconds = 1; seconds <= 100; seconds += 1) window.add(true, seconds);
  window.add(false);
  expect(window.summarize()).toEqual({ calls: 101, successRate: 100 / 101, p50Seconds: 50, p95Seconds: 95 });
  vi.advanceTimersByTime(300_001);
  window.add(true);
  expect(window.summarize()).toEqual({ calls: 1, successRate: 1, p50Seconds: null, p95Seconds: null });
});
