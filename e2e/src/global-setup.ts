import type { TestProject } from 'vitest/node';
import { startRunningSystem } from './running-system.ts';

/**
 * Vitest global setup: one system for all specs that leave its processes alone.
 * @public called by Vitest
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const system = await startRunningSystem();
  const { gatewayUrl, simulatorUrl, dataDir } = system;
  project.provide('system', { gatewayUrl, simulatorUrl, dataDir });
  return async () => system[Symbol.asyncDispose]();
}
