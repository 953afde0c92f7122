import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type RunningSimulator = AsyncDisposable & { readonly url: string };

/** The simulator as a process of its own on a free port: an adapter is held against it as against a provider. */
export async function startSimulator(): Promise<RunningSimulator> {
  const simulator = spawn(process.execPath, [join(import.meta.dirname, '../../../apps/simulator/src/main.ts')], {
    env: { SIMULATOR_PORT: '0', SIMULATOR_LATENCY_MS: '50' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: simulator.stdout }), 'line');
  return {
    url: (JSON.parse(line) as { url: string }).url,
    async [Symbol.asyncDispose]() {
      if (simulator.kill()) await once(simulator, 'exit');
    },
  };
}
