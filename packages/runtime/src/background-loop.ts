import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './logger.ts';

type Loop = {
  name: string;
  /** Pause between rounds; each pause is drawn between half and one and a half of it, so that replicas do not march in step. */
  everyMs: number;
  logger: Logger;
  round: (signal: AbortSignal) => Promise<void>;
};

/** Runs `round` again and again until disposed. A round that throws is logged and the loop goes on with growing pauses, up to 5 s. */
export function startBackgroundLoop({ name, everyMs, logger, round }: Loop): AsyncDisposable {
  const stop = new AbortController();
  const running = run();

  async function run(): Promise<void> {
    let failures = 0;
    while (!stop.signal.aborted) {
      try {
        await round(stop.signal);
        failures = 0;
      } catch (error) {
        if (stop.signal.aborted) return;
        failures += 1;
        logger.warn({ err: error, loop: name, failures }, 'background round failed');
      }
      const pauseMs = Math.max(everyMs, Math.min(5_000, everyMs * 2 ** Math.min(failures, 10))) * (0.5 + Math.random());
      await sleep(pauseMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  }

  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}
