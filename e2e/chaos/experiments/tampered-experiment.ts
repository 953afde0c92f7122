import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../faults/fault.ts';
import { hold } from '../faults/wait.ts';
import { type ChaosSystem, halves, workerNames } from '../system/chaos-system.ts';
import { atLeast, type Experiment, type Laboratory, type Outcome, type Scale } from './experiment.ts';
import { figuresOf } from './order-experiment.ts';
import { plainOrders } from './orders.ts';
import { startTamperingServer, type Tampering } from './tampering-server.ts';
import { type Tried, tryOrders } from './try-orders.ts';

type Description = Omit<Experiment, 'run'> & {
  tamperings: readonly Tampering[];
  /** How many answers each spoils before the next has its turn; null: all of them for 3 s. */
  times: number | null;
  sizes: Record<Scale, { n: number; rate: number; rounds: number }>;
  routes: readonly string[];
  deadlineSeconds?: number;
  judge?: (tried: Tried) => Outcome;
};

const services = workerNames.flatMap((app) => halves.map((half) => `${app}-${half}`));

/** Orders while somebody between the services and the providers spoils answers, one kind after the other. */
export function tamperedExperiment({ tamperings, times, sizes, routes, deadlineSeconds, judge, ...description }: Description): Experiment {
  return {
    ...description,
    async run(laboratory: Laboratory) {
      const system = await laboratory.system();
      const link = system.links.simulator;
      if (!link) throw new Error('There is no link to the simulator');
      const simulatorPort = Number(new URL(system.simulatorUrl).port);
      await using server = await startTamperingServer(simulatorPort);
      const { n, rate, rounds } = sizes[laboratory.scale];
      const applied = new Map<string, number>(tamperings.map(({ name }) => [name, 0]));
      const left = Array.from({ length: rounds }, () => tamperings).flat();
      const tamper: Fault = {
        name: description.id,
        async strike({ signal }) {
          const tampering = left.shift();
          if (!tampering) {
            await hold(500, signal);
            return null;
          }
          server.tamper(tampering, times ?? Infinity);
          await hold(3_000, signal);
          const count = server.tamper(null);
          applied.set(tampering.name, (applied.get(tampering.name) ?? 0) + count);
          return count > 0 ? `${tampering.name}: ${count} answers` : null;
        },
      };
      const before = pidsOf(system);
      const handlesBefore = countHandles(system);
      link.target(server.port);
      link.cut();
      try {
        const draw = plainOrders(routes, ({ body }) => ({
          body: { ...body, ...(deadlineSeconds && { deadline_seconds: deadlineSeconds }) },
        }));
        const tried = await tryOrders(laboratory, system, {
          name: description.id,
          n,
          rate,
          faults: [tamper],
          draw,
          isEnough: () => left.length === 0,
        });
        const own = judge?.(tried) ?? { figures: {}, violations: [] };
        const missed = [...applied].filter(([, count]) => count === 0).map(([name]) => `${name}: spoilt nothing`);
        return {
          figures: { ...figuresOf(tried), kinds: tamperings.length, 'spoilt answers': sum(applied.values()), ...own.figures },
          violations: [
            ...tried.broken,
            ...own.violations,
            ...missed,
            ...crashed(before, pidsOf(system)),
            ...(await leaked(system, handlesBefore)),
            ...atLeast(
              1,
              'generations that were completed',
              tried.evidence.generations.filter(({ status }) => status === 'completed').length,
            ),
          ],
        };
      } finally {
        link.target(simulatorPort);
        link.cut();
      }
    },
  };
}

const sum = (counts: Iterable<number>) => [...counts].reduce((total, count) => total + count, 0);

function pidsOf(system: ChaosSystem): Record<string, number | undefined> {
  return Object.fromEntries(services.map((name) => [name, system.processOf(name).pid]));
}

function crashed(before: Record<string, number | undefined>, after: Record<string, number | undefined>): string[] {
  return services.filter((name) => before[name] !== after[name]).map((name) => `${name} ended by itself`);
}

function countHandles(system: ChaosSystem): Record<string, number> {
  return Object.fromEntries(services.map((name) => [name, readdirSync(`/proc/${system.processOf(name).pid}/fd`).length]));
}

/** Descriptors that are still open long after the last answer; a few belong to connections that are kept for the next request. */
async function leaked(system: ChaosSystem, before: Record<string, number>): Promise<string[]> {
  const kept = 30;
  const more = () => Object.entries(countHandles(system)).filter(([name, count]) => count > (before[name] ?? 0) + kept);
  for (let tries = 0; tries < 20 && more().length > 0; tries += 1) await pause(500);
  return more().map(([name, count]) => `${name}: ${count} descriptors are open, ${before[name]} were before`);
}
