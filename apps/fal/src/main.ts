import { runUntilStopped } from '@imagegen/runtime/run-until-stopped';
import { startWorker } from '@imagegen/worker/start-worker';
import { loadConfig } from './config.ts';
import { createFalAdapter } from './fal-adapter.ts';

await runUntilStopped(async () => {
  const config = loadConfig(process.env);
  return startWorker(config.worker, createFalAdapter(config.fal), config.fal.presence);
});
