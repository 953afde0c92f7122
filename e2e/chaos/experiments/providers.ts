import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { groupBy } from '../checks/marks.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { withDatabase } from '../evidence/read-database.ts';
import type { Fault } from '../faults/fault.ts';
import { hold } from '../faults/wait.ts';
import type { ChaosSystem } from '../system/chaos-system.ts';
import { ask } from '../workload/ask.ts';
import { createUsers } from '../workload/users.ts';
import { atLeast, atMost, type Experiment, type Laboratory, type Outcome, type Scale } from './experiment.ts';
import { figuresOf } from './order-experiment.ts';
import { everyRoute, plainOrders, routeOf } from './orders.ts';
import { setScenario } from './provider-words.ts';
import { tryOrders } from './try-orders.ts';

const weather = [['rate-limited'], ['rate-limited-retry-after=1'], ['error-500'], ['error-502'], ['error-503'], ['error-504']];

/** One kind of refusal after the other, for all that fal is asked. */
function brownOut(eachMs: number): Fault {
  const left = [...weather];
  return {
    name: 'brown-out',
    async strike({ system, signal }) {
      const words = left.shift();
      if (!words) {
        await hold(500, signal);
        return null;
      }
      await setScenario(system.simulatorUrl, { words, provider: 'fal' });
      await hold(eachMs, signal);
      await setScenario(system.simulatorUrl, null);
      return `fal: ${words}`;
    },
  };
}

/** Submissions that repeat an earlier one of the same call at the same provider and were refused again: what a brown-out is made worse by. */
function repeatsInVain({ attempts }: Evidence): number {
  const calls = groupBy(attempts, ({ generation_id, call, provider }) => `${generation_id} ${call} ${provider}`);
  return [...calls.values()].reduce((sum, own) => sum + own.slice(1).filter(({ state }) => state === 'failed').length, 0);
}

/** How long until no breaker is open any more, while there is something to send. */
async function untilClosed(system: ChaosSystem): Promise<number> {
  const [user] = await createUsers(system.databaseUrl, 1);
  const startedAt = performance.now();
  for (;;) {
    const body = { prompt: `a probing fox ${performance.now()}`, width: 256, height: 256 };
    await ask(`${system.gatewayUrls[0]}/api:v2/${routeOf.fal}`, { method: 'POST', key: user?.key ?? '', body });
    const elapsedMs = Math.round(performance.now() - startedAt);
    if ((await countOpen(system)) === 0 || elapsedMs > 60_000) return elapsedMs;
    await pause(250);
  }
}

function countOpen({ databaseUrl }: ChaosSystem): Promise<number> {
  return withDatabase(databaseUrl, async (client) => {
    const { rows } = await client.query<{ open: number }>(`
      select count(*)::int as open from provider_heartbeats, jsonb_array_elements(engines) as engine
      where engine ->> 'breaker' <> 'closed' and seen_at > now() - interval '15 s'`);
    return rows[0]?.open ?? 0;
  });
}

const sizes: Record<Scale, { n: number; rate: number; eachMs: number }> = {
  small: { n: 240, rate: 6, eachMs: 5_000 },
  full: { n: 5_000, rate: 12, eachMs: 60_000 },
};

async function runBrownOut(laboratory: Laboratory): Promise<Outcome> {
  const system = await laboratory.system({ env: { BREAKER_MIN_CALLS: '10' } });
  const { n, rate, eachMs } = sizes[laboratory.scale];
  const draw = plainOrders([...everyRoute, 'smart/generate', 'smart/generate']);
  let recoveredMs = Infinity;
  const fault = brownOut(eachMs);
  let struck = 0;
  const measured: Fault = {
    name: fault.name,
    async strike(stage) {
      const hit = await fault.strike(stage);
      struck += hit ? 1 : 0;
      if (hit && struck === weather.length) recoveredMs = await untilClosed(stage.system);
      return hit;
    },
  };
  const tried = await tryOrders(laboratory, system, {
    name: 'F16',
    n,
    rate,
    faults: [measured],
    draw,
    isEnough: () => recoveredMs < Infinity,
    quietLimitMs: 300_000,
  });
  const { attempts, sometimes } = tried.evidence;
  const inVain = repeatsInVain(tried.evidence);
  // A tenth of what was taken, and what every process may repeat for free: one in ten seconds.
  const taken = attempts.filter(({ state }) => state !== 'failed').length;
  const free = 2 * Math.ceil((weather.length * eachMs) / 10_000) + 2;
  return {
    figures: {
      ...figuresOf(tried),
      submissions: attempts.length,
      'repeated in vain': inVain,
      'breakers opened': sometimes['breakers opened'] ?? 0,
      'closed again after ms': recoveredMs,
    },
    violations: [
      ...tried.broken,
      ...atLeast(weather.length, 'kinds of refusals', struck),
      ...atMost(Math.ceil(taken / 10) + free, 'submissions repeated in vain', inVain),
      ...atLeast(1, 'breakers opened', sometimes['breakers opened'] ?? 0),
      ...atMost(30_000, 'ms until the breakers were closed', recoveredMs),
    ],
  };
}

const down: Record<Scale, { n: number; rate: number }> = { small: { n: 120, rate: 5 }, full: { n: 2_000, rate: 8 } };

async function runDown(laboratory: Laboratory): Promise<Outcome> {
  const system = await laboratory.system({ env: { BREAKER_MIN_CALLS: '10' } });
  const fault: Fault = {
    name: 'fal-down',
    async strike({ signal }) {
      await setScenario(system.simulatorUrl, { words: ['error-503'], provider: 'fal' });
      await hold(3_600_000, signal);
      return 'all of fal';
    },
  };
  const draw = plainOrders(['smart/generate']);
  const tried = await tryOrders(laboratory, system, { name: 'fail-over', ...down[laboratory.scale], faults: [fault], draw });
  const { generations, attempts } = tried.evidence;
  const met = new Set(
    attempts.filter(({ provider, state }) => provider === 'fal' && state === 'failed').map(({ generation_id }) => generation_id),
  );
  const elsewhere = generations.filter(({ status, engine }) => status === 'completed' && !engine.startsWith('flux-')).length;
  const completed = generations.filter(({ status }) => status === 'completed').length;
  const percent = Math.floor((completed / Math.max(1, generations.length)) * 100);
  return {
    figures: { ...figuresOf(tried), 'tried at fal first': met.size, 'made elsewhere': elsewhere, 'success %': percent },
    violations: [
      ...tried.broken,
      ...atLeast(91, '% completed', percent),
      ...atLeast(1, 'generations that tried fal first', met.size),
      ...atLeast(1, 'generations made elsewhere', elsewhere),
    ],
  };
}

export const providers: Experiment[] = [
  {
    id: 'F16',
    fault: 'fal refuses: 429 with and without Retry-After, 500, 502, 503, 504',
    how: "the simulator's scenario, one kind after the other",
    holds: ['I3', 'I5'],
    target: 'at most a tenth more submissions (and one per process in 10 s), a breaker opens, and closes within 30 s',
    run: runBrownOut,
  },
  {
    id: 'fail-over',
    fault: 'one provider is down for all, engines are not pinned',
    how: 'fal answers 503 from the first order to the last',
    holds: ['I1', 'I3', 'I5'],
    target: 'more than 90 % are made elsewhere',
    run: runDown,
  },
];
