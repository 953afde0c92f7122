import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { chooseFaults } from '../faults/catalogue.ts';
import type { Fault } from '../faults/fault.ts';
import type { Strike } from '../faults/nemesis.ts';
import { hold } from '../faults/wait.ts';
import { percentiles } from '../percentiles.ts';
import type { ChaosSystem } from '../system/chaos-system.ts';
import { atLeast, atMost, type Experiment, type Outcome, type Scale } from './experiment.ts';
import { orderExperiment } from './order-experiment.ts';
import type { Tried } from './try-orders.ts';

const seconds = (count: number) => count * 1_000;

/** Strikes once and is then over: the nemesis goes on to ask, and hears that nothing was hit. */
function once(name: string, strike: Fault['strike']): Fault {
  let isOver = false;
  return {
    name,
    async strike(stage) {
      if (isOver) {
        await hold(seconds(1), stage.signal);
        return null;
      }
      isOver = true;
      return strike(stage);
    },
  };
}

const linksToNats = ({ links }: ChaosSystem) => Object.entries(links).flatMap(([name, link]) => (name.endsWith('-nats') ? [link] : []));

function stopNats(ms: number): Fault {
  return once('stop-nats', async ({ system, signal }) => {
    const nats = system.processOf('nats');
    nats.kill('SIGSTOP');
    await hold(ms, signal);
    nats.kill('SIGCONT');
    return `nats for ${ms} ms`;
  });
}

function unreachableNats(ms: number): Fault {
  return once('nats-unreachable', async ({ system, signal }) => {
    for (const link of linksToNats(system)) {
      link.refuse();
      link.cut('reset');
    }
    await hold(ms, signal);
    for (const link of linksToNats(system)) link.clear();
    return `everybody for ${ms} ms`;
  });
}

/** The store as it was when the run began, put back as a backup would be. */
function oldStore(): Fault {
  let copied: string | null = null;
  return {
    name: 'restore-nats',
    async strike({ system, signal }) {
      const copy = join(system.dataDir, 'older-nats');
      if (copied === null) {
        copied = copy;
        await rm(copy, { recursive: true, force: true });
        await system.replaceNats((storeDir) => cp(storeDir, copy, { recursive: true }));
        return null;
      }
      await system.replaceNats(async (storeDir) => {
        await rm(storeDir, { recursive: true, force: true });
        await cp(copy, storeDir, { recursive: true });
      });
      await hold(seconds(1), signal);
      return 'the store as it was before';
    },
  };
}

/** How long callers waited for an answer while a fault was under way. */
function answersDuring({ evidence, strikes }: Tried, fault: string): number[] {
  const under = (at: number) =>
    strikes.some((strike: Strike) => strike.fault === fault && strike.hit && at > strike.startedAt && at < strike.endedAt);
  return evidence.history.flatMap((line) => (line.kind === 'call' && line.status === 202 && under(line.at) ? [line.durationMs] : []));
}

function judgeAnswers(tried: Tried, fault: string, limitMs: number): Outcome {
  const { p95, count } = percentiles(answersDuring(tried, fault));
  return {
    figures: { 'accepted during the fault': count, 'answered p95 ms': p95 },
    violations: [...atLeast(10, 'accepted during the fault', count), ...atMost(limitMs, 'ms until accepted, p95, during the fault', p95)],
  };
}

const stallMs: Record<Scale, number> = { small: seconds(12), full: seconds(30) };
const outageMs: Record<Scale, number> = { small: seconds(20), full: seconds(600) };

export const nats: Experiment[] = [
  orderExperiment({
    id: 'F06',
    fault: 'NATS is killed under load',
    how: 'SIGKILL, again and again',
    holds: ['I1', 'I7'],
    target: '0 lost, no effect twice',
    sizes: { small: { n: 100, rate: 6 }, full: { n: 1_500, rate: 8 } },
    strikes: { small: 4, full: 100 },
    plan: () => ({ faults: chooseFaults(['kill-nats']) }),
  }),
  orderExperiment({
    id: 'F07',
    fault: 'NATS stands still',
    how: 'SIGSTOP, later SIGCONT',
    holds: ['I1'],
    target: 'generations are accepted all the same, p95 below 500 ms',
    sizes: { small: { n: 100, rate: 6 }, full: { n: 400, rate: 10 } },
    plan: ({ scale }) => ({ faults: [stopNats(stallMs[scale])], judge: (tried) => judgeAnswers(tried, 'stop-nats', 500) }),
  }),
  orderExperiment({
    id: 'F08',
    fault: 'NATS cannot be reached for long',
    how: 'every connection to it is refused; the work piles up in Postgres',
    holds: ['I1', 'I7', 'I10', 'I11'],
    target: 'all accepted or shed with a reason; drained within 5 min',
    sizes: { small: { n: 160, rate: 6, quietLimitMs: seconds(300) }, full: { n: 12_500, rate: 20, quietLimitMs: seconds(300) } },
    plan: ({ scale }) => ({ faults: [unreachableNats(outageMs[scale])], judge: (tried) => judgeAnswers(tried, 'nats-unreachable', 1_000) }),
  }),
  orderExperiment({
    id: 'F09',
    fault: 'the store of NATS is deleted, or replaced by an older copy',
    how: 'ended, changed, started',
    holds: ['I1', 'I3'],
    target: '0 lost, 0 charged twice',
    sizes: { small: { n: 120, rate: 5 }, full: { n: 3_000, rate: 6 } },
    strikes: { small: 4, full: 100 },
    plan: () => ({ faults: [...chooseFaults(['wipe-nats']), oldStore()] }),
  }),
];
