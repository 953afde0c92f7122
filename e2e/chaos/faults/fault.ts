import type { Random } from '../random.ts';
import type { ChaosSystem } from '../system/chaos-system.ts';

export type Stage = {
  readonly system: ChaosSystem;
  readonly random: Random;
  /** Aborts when no more faults are wanted: what waits to strike gives up, what has struck is undone. */
  readonly signal: AbortSignal;
};

/** Something that goes wrong. `strike` resolves when it is over and undone, with what it really hit, or null when it hit nothing. */
export type Fault = { readonly name: string; strike(stage: Stage): Promise<string | null> };
