import { setTimeout as pause } from 'node:timers/promises';
import { withDatabase } from '../evidence/read-database.ts';
import { chooseFaults } from '../faults/catalogue.ts';
import type { Fault } from '../faults/fault.ts';
import type { ChaosSystem } from '../system/chaos-system.ts';
import { atLeast, atMost, type Experiment } from './experiment.ts';
import { orderExperiment } from './order-experiment.ts';

async function isReady(door: string): Promise<boolean> {
  const answer = await fetch(`${door}/readyz`, { signal: AbortSignal.timeout(1_000) }).catch(() => null);
  return answer?.status === 200;
}

async function untilTrue(ask: () => Promise<boolean>): Promise<number> {
  const startedAt = performance.now();
  while (!(await ask())) {
    if (performance.now() - startedAt > 60_000) return Infinity;
    await pause(50);
  }
  return Math.round(performance.now() - startedAt);
}

/** After each strike: how long the gateways need until they are ready, counted from when Postgres answers again. */
function timed(fault: Fault, recoveriesMs: number[]): Fault {
  return {
    name: fault.name,
    async strike(stage) {
      const hit = await fault.strike(stage);
      if (hit === null) return null;
      const { databaseUrl, gatewayUrls } = stage.system;
      await pause(100);
      await untilTrue(() =>
        withDatabase(databaseUrl, async (client) => (await client.query('select 1')).rowCount === 1).catch(() => false),
      );
      recoveriesMs.push(await untilTrue(async () => (await Promise.all(gatewayUrls.map(isReady))).every(Boolean)));
      return hit;
    },
  };
}

/** Restarted by its operator: immediate shutdown, as after a failure of the machine. */
const immediateRestart: Fault = {
  name: 'restart-postgres',
  strike: async ({ system }) => {
    const postgres = system.processOf('postgres');
    if (postgres.pid === undefined) return null;
    postgres.kill('SIGQUIT');
    return `postgres (${postgres.pid})`;
  },
};

const countStuck = (system: ChaosSystem) =>
  withDatabase(system.databaseUrl, async (client) => {
    const { rows } = await client.query<{ stuck: number }>(
      "select count(*)::int as stuck from pg_stat_activity where state like 'idle in transaction%' and state_change < now() - interval '20 s'",
    );
    return rows[0]?.stuck ?? 0;
  });

export const postgres: Experiment[] = [
  orderExperiment({
    id: 'F10',
    fault: 'Postgres, or single backends of it, are killed',
    how: 'SIGKILL to the postmaster or to a backend, immediate shutdown',
    holds: ['I1', 'I4'],
    target: 'no acknowledged commit lost, gateways ready again within 5 s of Postgres, nothing stuck in a transaction',
    sizes: { small: { n: 120, rate: 5 }, full: { n: 1_500, rate: 6 } },
    strikes: { small: 4, full: 50 },
    plan: (_, system) => {
      const recoveriesMs: number[] = [];
      return {
        faults: [...chooseFaults(['kill-postgres', 'kill-backend']), immediateRestart].map((fault) => timed(fault, recoveriesMs)),
        judge: async () => ({
          figures: { 'slowest to be ready again ms': Math.max(0, ...recoveriesMs) },
          violations: [
            ...atMost(5_000, 'ms until the gateways were ready again', Math.max(0, ...recoveriesMs)),
            ...atMost(0, 'transactions that stand still', await countStuck(system)),
          ],
        }),
      };
    },
  }),
  orderExperiment({
    id: 'F12',
    fault: 'the answer to a COMMIT is lost',
    how: 'a proxy cuts the connection between accept_generations and its answer; the caller asks again with the same key',
    holds: ['I1', 'I6'],
    target: 'the same id again, nothing twice',
    sizes: { small: { n: 200, rate: 8 }, full: { n: 12_000, rate: 10 } },
    strikes: { small: 15, full: 1_000 },
    plan: () => ({
      faults: chooseFaults(['lose-commit']),
      judge: ({ evidence }) => {
        const replayed = evidence.sometimes['answers replayed'] ?? 0;
        return { figures: { replayed }, violations: atLeast(1, 'answers replayed', replayed) };
      },
    }),
  }),
];
