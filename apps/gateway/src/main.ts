import { runUntilStopped } from '@imagegen/runtime/run-until-stopped';
import { loadConfig } from './config.ts';
import { startGateway } from './gateway.ts';

await runUntilStopped(() => startGateway(loadConfig(process.env)));
