import { describe, expect, it } from 'vitest';
import { parseScenarioWords, refusalOf, scenarioOfPrompt, scenarioWords } from './scenario.ts';
import { createScenarioDesk } from './standing-scenario.ts';

describe('words in a prompt', () => {
  it('are found anywhere and combine', () => {
    const { scenario, problems } = scenarioOfPrompt('sim:latency=2000 a red fox sim:fail, in snow\nsim:once');
    expect(problems).toEqual([]);
    expect(scenario).toEqual({ latency: 2000, fail: true, once: true });
  });

  it('count only when they stand alone', () => {
    expect(scenarioOfPrompt('a toy for dissim:fail, simfail or sim: nothing')).toEqual({ scenario: {}, problems: [] });
  });

  it('that mean nothing are problems, not health', () => {
    expect(scenarioOfPrompt('a fox sim:fial').problems).toEqual([expect.stringContaining('"fial" is not one of')]);
    expect(parseScenarioWords(['latency', 'fail=3', 'queue=many']).problems).toEqual([
      '"latency" needs a number, as in "latency=3"',
      '"fail" takes no value',
      '"queue=many" is not a whole number',
    ]);
  });

  it('may leave out a number that has a usual value', () => {
    expect(parseScenarioWords(['slow', 'status-500=4']).scenario).toEqual({ slow: 2000, 'status-500': 4 });
  });

  it('all parse', () => {
    const plain = scenarioWords.map((word) =>
      ['latency', 'queue', 'rate-limited-retry-after', 'webhook-delay'].includes(word) ? `${word}=1` : word,
    );
    expect(parseScenarioWords(plain).problems).toEqual([]);
  });
});

describe('a refusal', () => {
  it('tells a rate limit with and without an end from an exhausted account and from a plain status', () => {
    expect(refusalOf({ 'rate-limited-retry-after': 7 })).toEqual({ kind: 'rate-limited', retryAfterSeconds: 7 });
    expect(refusalOf({ 'rate-limited': true })).toEqual({ kind: 'rate-limited', retryAfterSeconds: null });
    expect(refusalOf({ quota: true })).toEqual({ kind: 'quota' });
    expect(refusalOf({ 'error-503': true })).toEqual({ kind: 'status', status: 503 });
    expect(refusalOf({ fail: true, latency: 3 })).toBeUndefined();
  });
});

describe('the scenario desk', () => {
  const fox = { provider: 'fal', prompt: 'a fox', seed: 1 } as const;

  it('hands the standing scenario to the named provider as often as told', () => {
    const desk = createScenarioDesk();
    desk.set({ words: ['fail'], provider: 'fal', times: 2 });
    expect(desk.treat({ ...fox, provider: 'openai' }).scenario).toEqual({});
    expect([1, 2, 3].map(() => desk.treat(fox).scenario)).toEqual([{ fail: true }, { fail: true }, {}]);
    expect(desk.get()).toBeNull();
  });

  it('lets a prompt override the standing scenario word by word', () => {
    const desk = createScenarioDesk();
    desk.set({ words: ['latency=5', 'fewer'] });
    expect(desk.treat({ ...fox, prompt: 'a fox sim:latency=9' }).scenario).toEqual({ latency: 9, fewer: true });
  });

  it('gives `once` one turn for each prompt and seed, at whichever provider', () => {
    const desk = createScenarioDesk();
    const once = { ...fox, prompt: 'a fox sim:once sim:fail' };
    expect(desk.treat(once).scenario).toEqual({ once: true, fail: true });
    expect(desk.treat({ ...once, provider: 'replicate' }).scenario).toEqual({});
    expect(desk.treat({ ...once, seed: 2 }).scenario).toEqual({ once: true, fail: true });
  });
});
