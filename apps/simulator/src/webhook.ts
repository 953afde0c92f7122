import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from './scenario.ts';

const pausesMs = [100, 400, 1_600] as const;
const attemptLimitMs = 15_000;
/** Beyond what any receiver should tolerate. */
const clockErrorMs = 600_000;

type Delivery = {
  /** Id of the request that it is about. */
  readonly about: string;
  readonly url: string;
  readonly body: string | Promise<string>;
  /** Called for each try, because a signature holds the time of its sending. */
  readonly sign: (signed: { readonly body: string; readonly atMs: number }) => Readonly<Record<string, string>>;
  /** Further tries after a network error, a redirect or any status outside 2xx. */
  readonly retries: boolean;
  readonly scenario: Scenario;
};

export type Courier = Disposable & {
  deliver(delivery: Delivery): void;
  /** Resolves when nothing about the request is on its way any more. */
  delivered(about: string): Promise<void>;
};

/** Posts webhooks behind the back of the request that caused them, as its scenario has it; none outlives the simulator. */
export function createCourier(): Courier {
  const stopped = new AbortController();
  const onTheirWay = new Map<string, Set<Promise<void>>>();

  async function tryOnce({ url, sign, scenario, about }: Delivery, body: string): Promise<boolean> {
    try {
      const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(attemptLimitMs)]);
      const signature = sign({ body, atMs: Date.now() + clockErrorOf(scenario) });
      const headers = { 'content-type': 'application/json', ...(scenario['webhook-forged'] ? forge(signature) : signature) };
      const sent = scenario['webhook-swapped'] ? body.replaceAll(about, randomUUID()) : body;
      const response = await fetch(url, { method: 'POST', body: sent, headers, redirect: 'manual', signal });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }

  async function pause(ms: number): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal: stopped.signal, ref: false });
  }

  async function run(delivery: Delivery): Promise<void> {
    const body = await delivery.body;
    for (const pauseMs of [0, ...(delivery.retries ? pausesMs : [])]) {
      await pause(pauseMs);
      if (await tryOnce(delivery, body)) return;
    }
  }

  async function runScripted(delivery: Delivery): Promise<void> {
    const { scenario } = delivery;
    if (scenario['webhook-never']) return;
    await pause(scenario['webhook-delay'] ?? 0);
    await Promise.all(Array.from({ length: scenario['webhook-duplicate'] ?? 1 }, () => run(delivery)));
  }

  return {
    deliver(delivery) {
      const running = onTheirWay.get(delivery.about) ?? new Set();
      onTheirWay.set(delivery.about, running);
      const delivering = runScripted(delivery)
        .catch(() => undefined)
        .finally(() => {
          running.delete(delivering);
          if (running.size === 0) onTheirWay.delete(delivery.about);
        });
      running.add(delivering);
    },
    async delivered(about) {
      await Promise.all(onTheirWay.get(about) ?? []);
    },
    [Symbol.dispose]() {
      stopped.abort();
    },
  };
}

function clockErrorOf(scenario: Scenario): number {
  if (scenario['webhook-old']) return -clockErrorMs;
  return scenario['webhook-future'] ? clockErrorMs : 0;
}

/** The same headers with another signature of the same form. */
function forge(headers: Readonly<Record<string, string>>): Record<string, string> {
  const spoil = (signature: string) =>
    signature.replace(/^(v1,)?(.)/, (_, version = '', first) => `${version}${first === 'a' ? 'b' : 'a'}`);
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, name.endsWith('signature') ? spoil(value) : value]));
}
