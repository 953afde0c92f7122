import type { EngineId } from '@imagegen/core/engines/engine';
import type { DoorDefaults } from '@imagegen/core/generation/settings';

/** What a route or procedure decides, beside what its caller asks. */
export type Door = {
  /** Recorded with the generation: `trpc`, `v2`, … */
  api: string;
  /** The scope of idempotency keys. */
  route: string;
  defaults: DoorDefaults;
  /** The engine a route stands for; null lets routing decide. */
  engine: EngineId | null;
};
