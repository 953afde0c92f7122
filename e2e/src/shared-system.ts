import { inject } from 'vitest';
import type { RunningSystem } from './running-system.ts';

type SharedSystem = Pick<RunningSystem, 'gatewayUrl' | 'simulatorUrl' | 'dataDir'>;

declare module 'vitest' {
  interface ProvidedContext {
    system: SharedSystem;
  }
}

/** The system that all specs of a run share: for prompts that no other test uses. */
export const sharedSystem: SharedSystem = inject('system');
