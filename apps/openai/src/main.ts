import { runUntilStopped } from '@imagegen/runtime/run-until-stopped';
import { startWorker } from '@imagegen/worker/start-worker';
import { loadConfig } from './config.ts';
import { createOpenAiAdapter } from './openai-adapter.ts';

await runUntilStopped(async () => {
  const config = loadConfig(process.env);
  return startWorker(config.worker, createOpenAiAdapter(config.openai), config.openai.presence);
});
