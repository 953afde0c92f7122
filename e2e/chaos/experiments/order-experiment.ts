import type { Fault } from '../faults/fault.ts';
import type { ChaosSystem } from '../system/chaos-system.ts';
import type { drawOrder } from '../workload/order.ts';
import { atLeast, type Experiment, type Laboratory, type Outcome, type Scale, type SystemSettings } from './experiment.ts';
import { type Tried, tryOrders } from './try-orders.ts';

type Size = { n: number; rate: number; users?: number; atOnce?: number; quietLimitMs?: number };

/** What strikes, and what is asked of the result beyond the promises that always hold. */
type Plan = {
  faults: readonly Fault[];
  draw?: typeof drawOrder;
  isEnough?: () => boolean;
  judge?: (tried: Tried) => Outcome | Promise<Outcome>;
};

type Description = Omit<Experiment, 'run'> & {
  sizes: Record<Scale, Size>;
  settings?: SystemSettings;
  /** How often something has to be hit at least; default 1. */
  strikes?: Partial<Record<Scale, number>>;
  plan: (laboratory: Laboratory, system: ChaosSystem) => Plan;
};

/** An experiment that is a stream of orders under faults, judged by the checker and by its own numbers. */
export function orderExperiment({ sizes, settings, strikes: wanted, plan, ...description }: Description): Experiment {
  return {
    ...description,
    async run(laboratory) {
      const { scale } = laboratory;
      const system = await laboratory.system(settings);
      const { faults, draw, isEnough, judge } = plan(laboratory, system);
      const tried = await tryOrders(laboratory, system, { name: description.id, ...sizes[scale], faults, draw, isEnough });
      const own = (await judge?.(tried)) ?? { figures: {}, violations: [] };
      const hits = tried.strikes.filter(({ hit }) => hit !== null && !hit.startsWith('broke off'));
      return {
        figures: { ...figuresOf(tried), hits: hits.length, ...own.figures },
        violations: [
          ...tried.broken,
          ...own.violations,
          ...brokenOff(tried),
          ...atLeast(faults.length > 0 ? (wanted?.[scale] ?? 1) : 0, 'faults that hit something', hits.length),
        ],
      };
    },
  };
}

export function figuresOf({ evidence }: Tried): Outcome['figures'] {
  const { history, generations, quiet } = evidence;
  return {
    orders: history.filter(({ kind }) => kind === 'order').length,
    accepted: generations.length,
    completed: generations.filter(({ status }) => status === 'completed').length,
    'at rest after ms': quiet.recoveryMs ?? 'never',
  };
}

function brokenOff({ strikes }: Tried): string[] {
  return strikes.flatMap(({ fault, hit }) => (hit?.startsWith('broke off') ? [`${fault} ${hit}`] : []));
}
