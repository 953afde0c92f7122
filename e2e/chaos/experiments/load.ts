import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { withDatabase } from '../evidence/read-database.ts';
import type { Fault } from '../faults/fault.ts';
import { percentiles } from '../percentiles.ts';
import type { ChaosSystem } from '../system/chaos-system.ts';
import { untilQuiet } from '../until-quiet.ts';
import { type Asked, ask } from '../workload/ask.ts';
import { type ChaosUser, createUsers } from '../workload/users.ts';
import { atLeast, atMost, type Experiment, type Laboratory, type Outcome, type Scale } from './experiment.ts';
import { figuresOf } from './order-experiment.ts';
import { everyRoute, plainOrders, routeOf } from './orders.ts';
import { tryOrders } from './try-orders.ts';

function post(url: string, user: ChaosUser, prompt: string): Promise<Asked> {
  const body = { prompt, width: 256, height: 256 };
  return ask(`${url}/api:v2/${routeOf.fal}`, { method: 'POST', key: user.key, body, timeoutMs: 30_000 });
}

/** Milliseconds from acceptance to the first submission of each generation of these users. */
async function waitsOf({ databaseUrl }: ChaosSystem, users: readonly ChaosUser[]): Promise<number[]> {
  const { rows } = await withDatabase(databaseUrl, (client) =>
    client.query<{ waited: number }>(
      `select extract(epoch from min(a.created_at) - g.created_at)::float8 * 1000 as waited
       from generation_history_v2 g join generation_attempts a using (generation_id)
       where g.user_id = any($1) group by g.generation_id, g.created_at`,
      [users.map(({ id }) => id)],
    ),
  );
  return rows.map(({ waited }) => Math.round(waited));
}

const crowds: Record<Scale, { hot: number; users: number; each: number; gapMs: number }> = {
  small: { hot: 300, users: 15, each: 4, gapMs: 200 },
  full: { hot: 5_000, users: 49, each: 10, gapMs: 100 },
};

async function askInTurn(system: ChaosSystem, users: readonly ChaosUser[], { each, gapMs }: { each: number; gapMs: number }) {
  const answers: Promise<Asked>[] = [];
  for (let turn = 0; turn < each; turn += 1) {
    for (const [index, user] of users.entries()) {
      answers.push(post(system.gatewayUrls[index % 2] ?? '', user, `a modest fox ${user.id} ${turn}`));
      await pause(gapMs);
    }
  }
  return Promise.all(answers);
}

/** The same modest users alone, and then beside one who wants everything at once. */
async function runHotUser({ scale, system: open }: Laboratory): Promise<Outcome> {
  const system = await open();
  const size = crowds[scale];
  const alone = await createUsers(system.databaseUrl, size.users);
  await askInTurn(system, alone, size);
  const beside = await createUsers(system.databaseUrl, size.users);
  const [hot] = await createUsers(system.databaseUrl, 1);
  if (!hot) throw new Error('There is no user');
  const flood = Promise.all(
    Array.from({ length: size.hot }, (_, index) => post(system.gatewayUrls[index % 2] ?? '', hot, `a greedy fox ${index}`)),
  );
  await pause(500);
  const answers = await askInTurn(system, beside, size);
  const greedy = await flood;
  const waiting = await countOpen(system, hot);
  const { recoveryMs } = await untilQuiet(system.databaseUrl, 900_000);
  const [idle, loaded] = [percentiles(await waitsOf(system, alone)), percentiles(await waitsOf(system, beside))];
  const refused = answers.filter(({ status }) => status !== 202).length;
  const shed = greedy.filter(({ status }) => status === 429 || status === 503).length;
  const lost = greedy.length - shed - greedy.filter(({ status }) => status === 202).length;
  return {
    figures: {
      'hot user': size.hot,
      'of which refused': shed,
      others: answers.length,
      'others wait p95 ms': loaded.p95,
      'alone p95 ms': idle.p95,
      'at rest after ms': recoveryMs ?? 'never',
    },
    violations: [
      ...atMost(idle.p95 * 2 + 250, 'ms that the others waited, p95', loaded.p95),
      ...atMost(0, 'others refused', refused),
      ...atMost(0, 'requests of the hot user that got no proper answer', lost),
      ...atLeast(1, 'generations of the hot user that still waited when the others had asked', waiting),
      ...(recoveryMs === null ? ['it never came to rest'] : []),
    ],
  };
}

function countOpen({ databaseUrl }: ChaosSystem, { id }: ChaosUser): Promise<number> {
  return withDatabase(databaseUrl, async (client) => {
    const { rows } = await client.query<{ open: number }>(
      "select count(*)::int as open from generation_history_v2 where user_id = $1 and status in ('pending', 'processing')",
      [id],
    );
    return rows[0]?.open ?? 0;
  });
}

/** Milliseconds that `/healthz` took, at the gateway whose Postgres is slow and at the other one. */
type Stalls = { slow: number[]; beside: number[] };

const slowFor: Record<Scale, number> = { small: 12_000, full: 120_000 };

/** One gateway's Postgres answers 300 ms late per piece, and far more callers come than it has connections for. */
function slowPostgres(
  forMs: number,
  answers: { status: Asked['status']; hasRetryAfter: boolean; tookMs: number }[],
  stalls: Stalls,
): Fault {
  let isOver = false;
  return {
    name: 'slow-postgres',
    async strike({ system, signal }) {
      if (isOver) {
        await pause(500, undefined, { signal }).catch(() => undefined);
        return null;
      }
      isOver = true;
      const link = system.links['gateway-a-postgres'];
      const [url = '', other = ''] = system.gatewayUrls;
      const [user] = await createUsers(system.databaseUrl, 1);
      if (!link || !user) return null;
      link.slow(300);
      const endsAt = performance.now() + forMs;
      const stop = new AbortController();
      const watching = Promise.all([watchLoop(url, stalls.slow, stop.signal), watchLoop(other, stalls.beside, stop.signal)]);
      const callers = Array.from({ length: 60 }, async (_, caller) => {
        for (let turn = 0; performance.now() < endsAt; turn += 1) {
          const startedAt = performance.now();
          const { status, headers } = await post(url, user, `a slow fox ${caller} ${turn}`);
          answers.push({ status, hasRetryAfter: headers?.has('retry-after') ?? false, tookMs: Math.round(performance.now() - startedAt) });
          await pause(100);
        }
      });
      await Promise.all(callers);
      stop.abort();
      await watching;
      link.clear();
      return `gateway-a for ${forMs} ms, ${answers.length} requests`;
    },
  };
}

/** How long an answer takes that needs nothing but the process itself. */
async function watchLoop(url: string, stalls: number[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const startedAt = performance.now();
    await ask(`${url}/healthz`, { timeoutMs: 5_000 });
    stalls.push(Math.round(performance.now() - startedAt));
    await pause(50);
  }
}

const tenants: Record<Scale, { n: number; rate: number }> = { small: { n: 80, rate: 5 }, full: { n: 800, rate: 6 } };

async function runSlowPostgres(laboratory: Laboratory): Promise<Outcome> {
  const system = await laboratory.system({ env: { DATABASE_POOL_SIZE: '4' } });
  const answers: { status: Asked['status']; hasRetryAfter: boolean; tookMs: number }[] = [];
  const stalls: Stalls = { slow: [], beside: [] };
  const fault = slowPostgres(slowFor[laboratory.scale], answers, stalls);
  const tried = await tryOrders(laboratory, system, {
    name: 'F11',
    ...tenants[laboratory.scale],
    faults: [fault],
    draw: plainOrders(everyRoute),
  });
  const shed = answers.filter(({ status }) => status === 503);
  const odd = answers.filter(({ status }) => status !== 202 && status !== 503);
  const slowest = percentiles(shed.map(({ tookMs }) => tookMs));
  const [stalled, beside] = [percentiles(stalls.slow), percentiles(stalls.beside)];
  return {
    figures: {
      ...figuresOf(tried),
      asked: answers.length,
      shed: shed.length,
      'shed after p95 ms': slowest.p95,
      'health p99 ms': stalled.p99,
      'of the other gateway p99 ms': beside.p99,
    },
    violations: [
      ...tried.broken,
      ...atLeast(1, 'requests shed', shed.length),
      ...atMost(0, 'shed without Retry-After', shed.filter(({ hasRetryAfter }) => !hasRetryAfter).length),
      ...(odd.length > 0 ? [`also answered ${[...new Set(odd.map(({ status }) => status))].join(', ')}`] : []),
      ...atMost(4_500, 'ms until a request was shed, p95', slowest.p95),
      ...atMost(beside.p99 + 200, 'ms for an answer that needs no Postgres, p99', stalled.p99),
    ],
  };
}

export const load: Experiment[] = [
  {
    id: 'F11',
    fault: 'Postgres is slow for one gateway, and its pool is exhausted',
    how: 'a proxy that is 300 ms late, 4 connections, 60 callers at once; others use both gateways meanwhile',
    holds: ['I1', 'I11', 'I14'],
    target:
      'a request waits for a connection at most twice, 2 s each, then 503 with Retry-After; its event loop stalls at most 200 ms longer than that of the other gateway (p99)',
    run: runSlowPostgres,
  },
  {
    id: 'F26',
    fault: 'one user wants everything at once',
    how: 'hundreds of POSTs at once; the others ask as they did alone before',
    holds: ['I14'],
    target: 'p95 of the wait of the others below twice what it is alone (and 250 ms)',
    run: runHotUser,
  },
];
