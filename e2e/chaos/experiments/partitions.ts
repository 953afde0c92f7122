import { chooseFaults } from '../faults/catalogue.ts';
import type { Experiment } from './experiment.ts';
import { orderExperiment } from './order-experiment.ts';

export const partitions: Experiment[] = [
  orderExperiment({
    id: 'F23',
    fault: 'somebody cannot reach somebody, or only one way',
    how: 'proxies that let nothing through in one direction, or refuse, between any two processes',
    holds: ['I1', 'I2', 'I3', 'I7', 'I10'],
    target: 'healed, everything is at rest within 60 s',
    sizes: { small: { n: 130, rate: 5, atOnce: 2 }, full: { n: 5_000, rate: 6, atOnce: 2 } },
    strikes: { small: 3, full: 200 },
    plan: () => ({
      faults: chooseFaults(['one-way', 'refuse-postgres', 'refuse-nats', 'refuse-simulator', 'refuse-door', 'refuse-webhooks']),
    }),
  }),
  orderExperiment({
    id: 'F24',
    fault: 'the way to the providers is slow',
    how: 'a proxy that is 100 to 300 ms late for every piece of data',
    holds: ['I3'],
    target: '0 charged twice, everything at rest',
    sizes: { small: { n: 80, rate: 5 }, full: { n: 2_000, rate: 6 } },
    plan: () => ({ faults: chooseFaults(['slow-simulator']) }),
  }),
];
