import { expect, test } from 'vitest';
import { EngineWatch } from './engine-watch.ts';
import type { ProviderAdapter, ProviderOutput } from './provider-adapter.ts';
import { ProviderError } from './provider-error.ts';
import { scriptedAdapter, submitted } from './scripted-adapter.fixture.ts';
import { watchAdapter } from './watch-adapter.ts';

const output: ProviderOutput = { images: [], seed: null, costMicros: 0 };
const call = { endpoint: 'e', body: {}, images: 1, seed: 1 };
const refused = () => new ProviderError('unavailable', 'down', { billed: 'no' });

function watched(script: Partial<ProviderAdapter> = {}) {
  const watch = new EngineWatch('flux-standard', 20);
  const adapter = watchAdapter(scriptedAdapter(output, script), watch);
  const submit = (signal = new AbortController().signal) => adapter.submit({ call, callbackUrl: null, signal });
  const check = (providerRequestId: string) => adapter.check({ providerRequestId, urls: {}, endpoint: 'e' }, new AbortController().signal);
  return { watch, submit, check };
}

test('a picture counts once, when it is there, with the time since it was asked for', async () => {
  const { watch, submit, check } = watched();
  await submit();
  expect(watch.report().calls).toBe(0);
  await check('r1');
  expect(watch.report()).toMatchObject({ calls: 1, success_rate: 1, p50_seconds: expect.any(Number) });
});

test('a picture whose submission an earlier process made counts without a time', async () => {
  const { watch, check } = watched();
  await check('r9');
  expect(watch.report()).toMatchObject({ calls: 1, success_rate: 1, p50_seconds: null });
});

test('a provider that answers with the picture counts at once', async () => {
  const { watch, submit } = watched({ submit: async () => ({ kind: 'finished', providerRequestId: null, output }) });
  await submit();
  expect(watch.report()).toMatchObject({ calls: 1, success_rate: 1, p50_seconds: expect.any(Number) });
});

test('a refused submission and a failed result are failures, a look that fails is not', async () => {
  const results = [Promise.reject(refused()), Promise.resolve({ kind: 'failed', error: refused() } as const)];
  const { watch, submit, check } = watched({
    submit: () => Promise.reject(refused()),
    check: () => results.shift() ?? Promise.reject(refused()),
  });
  await expect(submit()).rejects.toThrow('down');
  await expect(check('r1')).rejects.toThrow('down');
  await check('r1');
  expect(watch.report()).toMatchObject({ calls: 2, success_rate: 0 });
});

test('hanging up ourselves is no failure of the provider, its slowness is', async () => {
  const { watch, submit } = watched({ submit: () => Promise.reject(refused()) });
  await expect(submit(AbortSignal.abort())).rejects.toThrow('down');
  expect(watch.report().calls).toBe(0);
  await expect(submit(AbortSignal.abort(new DOMException('too late', 'TimeoutError')))).rejects.toThrow('down');
  expect(watch.report().calls).toBe(1);
});

test('what the breaker keeps back is not counted as a call', async () => {
  const { watch, submit } = watched({ submit: async () => submitted });
  for (let time = 0; time < 20; time += 1) await watch.failed(refused());
  await expect(submit()).rejects.toMatchObject({ billed: 'no' });
  expect(watch.report().calls).toBe(20);
});
