import { expect, test } from 'vitest';
import { awaitResult } from './await-result.ts';
import { CallbackBell } from './callback-bell.ts';
import { ProviderError } from './provider-error.ts';
import { scriptedAdapter } from './scripted-adapter.fixture.ts';

const never = new AbortController().signal;
const longMs = 60_000;

test('a ring ends the pauses of all who listen for the generation, and of nobody else', async () => {
  const bell = new CallbackBell();
  using one = bell.listen('gen_1');
  using two = bell.listen('gen_1');
  using other = bell.listen('gen_2');
  const pauses = [one.pause(longMs, never), two.pause(longMs, never), other.pause(5, never)];
  bell.ring('gen_1');
  expect(await Promise.all(pauses)).toEqual([true, true, false]);
});

test('a ring between two pauses ends the next one, once', async () => {
  const bell = new CallbackBell();
  using listening = bell.listen('gen_1');
  bell.ring('gen_1');
  bell.ring('gen_1');
  expect(await listening.pause(longMs, never)).toBe(true);
  expect(await listening.pause(5, never)).toBe(false);
});

test('a pause ends when the waiting does', async () => {
  using listening = new CallbackBell().listen('gen_1');
  expect(await listening.pause(longMs, AbortSignal.abort())).toBe(false);
});

test('nobody is rung after he has gone', () => {
  const bell = new CallbackBell();
  bell.listen('gen_1')[Symbol.dispose]();
  expect(() => bell.ring('gen_1')).not.toThrow();
});

test('whoever waits for a result looks as soon as it rings, and quickly from then on', async () => {
  const bell = new CallbackBell();
  using listening = bell.listen('gen_1');
  const output = { images: [], seed: 1, costMicros: 1 };
  let looks = 0;
  const adapter = scriptedAdapter(output, {
    check: async () => {
      looks += 1;
      if (looks === 1) throw new ProviderError('rate-limited', 'ask in a minute', { billed: 'no', retryAfterMs: longMs });
      return looks < 5 ? { kind: 'running', progress: null } : { kind: 'succeeded', output };
    },
  });
  const from = performance.now();
  const reference = { providerRequestId: 'r1', urls: {}, endpoint: 'endpoint-0' };
  const waiting = awaitResult({ adapter, reference, onState: async () => undefined, signal: never, pause: listening.pause });
  await expect.poll(() => looks, { interval: 1 }).toBe(1);
  bell.ring('gen_1');
  expect(await waiting).toBe(output);
  expect(performance.now() - from).toBeLessThan(2_000);
});
