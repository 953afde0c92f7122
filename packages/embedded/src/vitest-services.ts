import type { TestProject } from 'vitest/node';
import { startServices } from './system-services.ts';
import { temporaryFolder } from './temporary-folder.ts';

/**
 * Vitest global setup: one Postgres and one nats-server, empty and thrown away after the run, for all test files together.
 * @public called by Vitest
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await temporaryFolder());
  const services = undo.use(await startServices({ dataDir: folder.path, env: {}, durable: false }));
  project.provide('postgresUrl', services.database);
  project.provide('natsUrl', services.nats);
  const running = undo.move();
  return () => running.disposeAsync();
}
