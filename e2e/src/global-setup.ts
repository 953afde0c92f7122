import type { TestProject } from 'vitest/node';
import { chromiumMissing, chromiumPath } from './console/chromium.ts';
import { consoleSettings } from './console/settings.ts';
import { startRunningSystem } from './running-system.ts';

/**
 * Vitest global setup: one system for all specs that leave its processes alone.
 * @public called by Vitest
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!chromiumPath) process.stderr.write(`${chromiumMissing}\n`);
  const system = await startRunningSystem(chromiumPath ? await consoleSettings() : {});
  const { gatewayUrl, simulatorUrl, dataDir } = system;
  project.provide('system', { gatewayUrl, simulatorUrl, dataDir });
  return async () => system[Symbol.asyncDispose]();
}
