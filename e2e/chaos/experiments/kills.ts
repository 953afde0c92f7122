import { chooseFaults } from '../faults/catalogue.ts';
import { percentiles } from '../percentiles.ts';
import { atLeast, atMost, type Experiment } from './experiment.ts';
import { orderExperiment } from './order-experiment.ts';
import type { Tried } from './try-orders.ts';

/** Orders of callers that kept asking and were neither accepted nor refused for good. */
function withoutAnswer({ evidence }: Tried): number {
  const answered = new Set(
    evidence.history.flatMap((line) => (line.kind === 'call' && typeof line.status === 'number' && line.status < 429 ? [line.plan] : [])),
  );
  return evidence.history.filter((line) => line.kind === 'order' && !answered.has(line.plan)).length;
}

export const kills: Experiment[] = [
  orderExperiment({
    id: 'F01',
    fault: 'provider services are killed at random',
    how: 'SIGKILL to one of six, every second or so',
    holds: ['I1', 'I2', 'I3', 'I4', 'I5', 'I10'],
    target: '0 lost, 0 charged twice, some taken up by another owner',
    sizes: { small: { n: 120, rate: 5 }, full: { n: 10_000, rate: 6 } },
    strikes: { small: 5, full: 500 },
    plan: () => ({
      faults: chooseFaults(['kill-fal', 'kill-replicate', 'kill-openai', 'kill-services']),
      judge: ({ evidence }) => {
        const retaken = evidence.sometimes['generations taken up again by another owner'] ?? 0;
        return { figures: { retaken }, violations: atLeast(1, 'generations taken up again by another owner', retaken) };
      },
    }),
  }),
  orderExperiment({
    id: 'F02',
    fault: 'gateways are killed while they accept',
    how: 'SIGKILL to one of two, or to both; callers ask again with the same key',
    holds: ['I1', 'I6'],
    target: '0 lost, 0 twice, every caller ends with an answer',
    sizes: { small: { n: 150, rate: 8 }, full: { n: 10_000, rate: 12 } },
    strikes: { small: 3, full: 300 },
    plan: () => ({
      faults: chooseFaults(['kill-gateway', 'kill-gateways', 'C1', 'C2']),
      judge: (tried) => {
        const lost = tried.evidence.sometimes['answers lost'] ?? 0;
        const unanswered = withoutAnswer(tried);
        return {
          figures: { 'answers lost': lost, unanswered, replayed: tried.evidence.sometimes['answers replayed'] ?? 0 },
          violations: [...atLeast(1, 'answers lost', lost), ...atMost(0, 'callers that never got an answer', unanswered)],
        };
      },
    }),
  }),
  orderExperiment({
    id: 'F04',
    fault: 'everything is killed at random: gateways, services, NATS, Postgres, the provider',
    how: 'SIGKILL, two at a time',
    holds: ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I9', 'I10'],
    target: '0 lost, 0 charged twice, at rest within 60 s',
    sizes: { small: { n: 150, rate: 5, atOnce: 2 }, full: { n: 10_000, rate: 6, atOnce: 2 } },
    strikes: { small: 8, full: 800 },
    plan: () => ({
      faults: chooseFaults(['kills']),
      judge: ({ evidence }) => {
        const ended = evidence.generations.map(({ created_at, completed_at }) => Math.round((completed_at ?? 0) - created_at));
        return {
          figures: { 'to the end p95 ms': percentiles(ended).p95 },
          violations: atMost(90_000, 'ms until everything was at rest', evidence.quiet.recoveryMs ?? Infinity),
        };
      },
    }),
  }),
  orderExperiment({
    id: 'F05',
    fault: 'workers are paused for longer than their lease lasts',
    how: 'SIGSTOP to one process of each provider for 17.5 s, the lease lasts 15 s, then SIGCONT',
    holds: ['I3', 'I12'],
    target: '0 second submissions, at least one write refused by its fence',
    sizes: { small: { n: 110, rate: 5 }, full: { n: 3_000, rate: 2 } },
    strikes: { small: 1, full: 75 },
    settings: { env: { SIMULATOR_LATENCY_MS: '1500-6000' } },
    plan: () => ({
      faults: chooseFaults(['outlive-lease']),
      judge: ({ evidence }) => {
        const fenced = evidence.sometimes['fenced writes'] ?? 0;
        return { figures: { 'fenced writes': fenced }, violations: atLeast(1, 'fenced writes', fenced) };
      },
    }),
  }),
];
