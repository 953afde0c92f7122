import { existsSync } from 'node:fs';
import type { Experiment, Laboratory, Outcome, Scale } from './experiment.ts';
import { atLeast } from './experiment.ts';
import { figuresOf } from './order-experiment.ts';
import { everyRoute, plainOrders } from './orders.ts';
import { tryOrders } from './try-orders.ts';

/** Where Debian's package `faketime` puts the library. */
const libraries = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map((machine) => `/usr/lib/${machine}/faketime/libfaketimeMT.so.1`);

const sizes: Record<Scale, { n: number; rate: number }> = { small: { n: 80, rate: 5 }, full: { n: 2_000, rate: 6 } };

/** Of whom, and by how much: timers go on as they are, only what time it is said to be is wrong. */
const skews: Record<string, Record<string, string>> = {
  'F22-one-service-ahead': { 'fal-a': '+1h' },
  'F22-one-gateway-behind': { 'gateway-a': '-4m' },
  'F22-services-apart': { 'fal-a': '+1h', 'fal-b': '-1h', 'replicate-a': '-1h', 'openai-b': '+1h' },
};

async function run(laboratory: Laboratory): Promise<Outcome> {
  const library = libraries.find((path) => existsSync(path));
  if (!library) return { figures: {}, violations: [], notRun: 'libfaketime is not there: apt-get install faketime' };
  const figures: Outcome['figures'] = {};
  const violations: string[] = [];
  for (const [name, clocks] of Object.entries(skews)) {
    const envFor = Object.fromEntries(
      Object.entries(clocks).map(([process, offset]) => [
        process,
        { LD_PRELOAD: library, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' },
      ]),
    );
    const system = await laboratory.system({ envFor });
    const tried = await tryOrders(laboratory, system, { name, ...sizes[laboratory.scale], faults: [], draw: plainOrders(everyRoute) });
    const { generations, sometimes } = tried.evidence;
    const { completed = 0 } = figuresOf(tried);
    figures[name.slice('F22-'.length)] = `${completed} of ${generations.length}`;
    const taken = sometimes['generations taken up again by another owner'] ?? 0;
    const unfinished = generations
      .filter(({ status }) => status !== 'completed')
      .map((row) => `${row.generation_id} ended ${row.error_code}`);
    violations.push(
      ...[...tried.broken, ...unfinished].map((text) => `${name}: ${text}`),
      ...(taken > 0 ? [`${name}: ${taken} leases were taken for expired`] : []),
      ...atLeast(1, `${name}: completed`, Number(completed)),
    );
  }
  return { figures, violations };
}

export const clocks: Experiment[] = [
  {
    id: 'F22',
    fault: 'clocks are wrong: of one service, of several, of a gateway',
    how: 'libfaketime: one hour ahead or behind; a gateway four minutes behind, within the five that webhooks are given',
    holds: ['I1', 'I2', 'I3', 'I10'],
    target: 'leases and deadlines go by the clock of Postgres: none expires early, everything completes',
    run,
  },
];
