import { runUntilStopped } from '@imagegen/runtime/run-until-stopped';
import { startWorker } from '@imagegen/worker/start-worker';
import { loadConfig } from './config.ts';
import { createReplicateAdapter } from './replicate-adapter.ts';

await runUntilStopped(async () => {
  const config = loadConfig(process.env);
  return startWorker(config.worker, createReplicateAdapter(config.replicate), config.replicate.presence);
});
