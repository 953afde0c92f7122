import { createLogger } from '@imagegen/runtime/logger';
import { runUntilStopped } from '@imagegen/runtime/run-until-stopped';
import { readConfig } from './config.ts';
import { startSimulator } from './simulator.ts';

await runUntilStopped(async () => {
  const config = readConfig(process.env);
  const simulator = await startSimulator(config);
  createLogger('simulator', config.logLevel).info({ event: 'listening', url: simulator.url }, 'simulator is listening');
  return simulator;
});
