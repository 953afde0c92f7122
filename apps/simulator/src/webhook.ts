import { setTimeout as sleep } from 'node:timers/promises';

const pausesMs = [100, 400, 1_600] as const;
const attemptLimitMs = 15_000;

type Delivery = {
  readonly url: string;
  readonly body: string;
  /** Called for each try, because a signature holds the time of its sending. */
  readonly sign: () => Readonly<Record<string, string>>;
  /** Further tries after a network error, a redirect or any status outside 2xx. */
  readonly retries: boolean;
};

export type Courier = Disposable & { deliver(delivery: Delivery): void };

/** Posts webhooks behind the back of the request that caused them; nobody waits for a delivery and none outlives the simulator. */
export function createCourier(): Courier {
  const stopped = new AbortController();

  async function tryOnce({ url, body, sign }: Delivery): Promise<boolean> {
    try {
      const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(attemptLimitMs)]);
      const headers = { 'content-type': 'application/json', ...sign() };
      const response = await fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }

  async function run(delivery: Delivery): Promise<void> {
    for (const pauseMs of [0, ...(delivery.retries ? pausesMs : [])]) {
      if (pauseMs > 0) await sleep(pauseMs, undefined, { signal: stopped.signal, ref: false });
      if (await tryOnce(delivery)) return;
    }
  }

  return {
    deliver(delivery) {
      run(delivery).catch(() => undefined);
    },
    [Symbol.dispose]() {
      stopped.abort();
    },
  };
}
