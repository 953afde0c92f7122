import { setTimeout as pause } from 'node:timers/promises';
import { docker, type Installation } from './engine.ts';
import { completed, generate, readStatus } from './gateway-calls.ts';

const keys = ['ig_dev_user1', 'ig_dev_user2', 'ig_dev_admin'] as const;

type Tally = { answered: number; failures: string[]; accepted: string[] };

/** Replaces both gateways behind the proxy while generations are accepted and asked for. Throws when a single request failed. */
export async function rollGateways(installed: Installation): Promise<string> {
  const stop = new AbortController();
  const tally: Tally = { answered: 0, failures: [], accepted: [] };
  const load = [writing(installed.url, tally, stop.signal), reading(installed.url, tally, stop.signal)];
  const old = await installed.containersOf('gateway');
  await installed.compose('up', '-d', '--wait', '--no-deps', '--no-recreate', '--scale', `gateway=${old.length * 2}`, 'gateway');
  for (const id of old) {
    await docker(['stop', id]);
    await docker(['rm', id]);
  }
  await pause(2_000);
  stop.abort();
  await Promise.all(load);
  if (tally.failures.length > 0)
    throw new Error(`${tally.failures.length} of ${tally.answered + tally.failures.length} requests failed: ${tally.failures[0]}`);
  const last = tally.accepted.at(-1);
  if (last) await completed(installed.url, last);
  return `${old.length} gateways replaced, 0 of ${tally.answered} requests failed, ${tally.accepted.length} of them writes`;
}

/** Below what a user may write in a minute. */
async function writing(url: string, tally: Tally, stop: AbortSignal): Promise<void> {
  for (let count = 0; !stop.aborted; count += 1) {
    await counted(tally, async () => {
      tally.accepted.push(await generate(url, `A bridge ${count}`, keys[count % keys.length]));
    });
    await pause(250, undefined, { signal: stop }).catch(() => undefined);
  }
}

async function reading(url: string, tally: Tally, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    // Of the first key, unless something failed already.
    const mine = tally.accepted[0];
    if (mine) await counted(tally, () => readStatus(url, mine, keys[0]));
    await pause(50);
  }
}

async function counted(tally: Tally, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
    tally.answered += 1;
  } catch (error) {
    tally.failures.push(error instanceof Error ? error.message : String(error));
  }
}
