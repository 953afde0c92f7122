import type { EngineId } from '@imagegen/core/engines/engine';
import type { EngineOutcomes } from '@imagegen/core/routing/engine-health';
import { EngineWatch } from './engine-watch.ts';

/** One watch for each engine that this process has been asked for. */
export class EngineWatches {
  readonly #watches = new Map<EngineId, EngineWatch>();
  readonly #minCalls: number;

  constructor(minCalls: number) {
    this.#minCalls = minCalls;
  }

  of(engine: EngineId): EngineWatch {
    const watch = this.#watches.get(engine) ?? new EngineWatch(engine, this.#minCalls);
    this.#watches.set(engine, watch);
    return watch;
  }

  report(): EngineOutcomes[] {
    return [...this.#watches.values()].map((watch) => watch.report());
  }
}
