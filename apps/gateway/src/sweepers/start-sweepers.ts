import { startBackgroundLoop } from '@imagegen/runtime/background-loop';
import type { Metrics } from '../metrics.ts';
import { createSweepers } from './all-sweepers.ts';
import type { Sweeping } from './sweeper.ts';

/** Every state has an owner and a maximum age: what nobody works on is rung for again, what is past its deadline ends, what is forgotten goes. */
export function startSweepers({ metrics, ...context }: Sweeping & { metrics: Pick<Metrics, 'repairs'> }): AsyncDisposable[] {
  return createSweepers().map(({ kind, everyMs, sweep }) => {
    const round = async (signal: AbortSignal) => metrics.repairs.inc({ kind }, await sweep(context, signal));
    return startBackgroundLoop({ name: kind, everyMs, logger: context.logger, round });
  });
}
