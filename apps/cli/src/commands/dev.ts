import { once } from 'node:events';
import { buildConsole } from '@imagegen/embedded/build-console';
import { freePort } from '@imagegen/embedded/free-port';
import { startSystem } from '@imagegen/embedded/system';

import { parseOptions } from '../parse-options.ts';
import { dataDirOf, repositoryRoot } from '../paths.ts';
import { showProgress } from '../progress-display.ts';
import { simulatedProviders } from '../provider-keys.ts';
import { readableLogLine } from '../readable-log-line.ts';
import { systemText } from '../system-text.ts';
import { UsageError } from '../usage-error.ts';

const shownLevels: ReadonlySet<string> = new Set(['warn', 'error', 'fatal']);

/** `pnpm dev`: the whole system on `PORT` with its data in `DATA_DIR`, until Ctrl-C. */
export async function dev(args: string[], signal: AbortSignal): Promise<void> {
  const { env } = process;
  const { values, positionals } = parseOptions(args, { help: { type: 'boolean' } });
  if (values.has('help'))
    return void process.stdout.write('pnpm dev\n\nServes on PORT (3000) with its data in DATA_DIR (.data), until Ctrl-C.\n');
  if (positionals.length > 0) throw new UsageError('pnpm dev takes no arguments: PORT and DATA_DIR come from the environment.');
  if (env.NODE_ENV === 'production') {
    throw new UsageError('pnpm dev has keys that everybody knows, so it does not run with NODE_ENV=production: see docker-compose.yml.');
  }
  const dataDir = dataDirOf(env);
  const port = readPort(env.PORT || '3000') || (await freePort());
  const simulated = simulatedProviders(env);
  // Providers elsewhere cannot reach this machine; the simulator can.
  const callbacks = { PROVIDER_WEBHOOK_BASE_URL: env.PROVIDER_WEBHOOK_BASE_URL || `http://127.0.0.1:${port}` };

  const progress = showProgress(process.stderr);
  progress.say('starting Postgres, NATS, the gateway and the provider services');
  signal.addEventListener('abort', () => progress.say('stopping'), { once: true });
  await using stopping = new AsyncDisposableStack();
  stopping.use(progress);
  const consoleDir = env.CONSOLE_DIR || (await buildConsole(repositoryRoot));
  if (!consoleDir) progress.note('the console could not be built: / answers 404');
  const system = stopping.use(
    await startSystem({
      rootDir: repositoryRoot,
      dataDir,
      port,
      envFor: {
        ...Object.fromEntries(simulated.map((provider) => [provider, callbacks])),
        ...(consoleDir && { gateway: { CONSOLE_DIR: consoleDir } }),
      },
      onLine: (name, line) => {
        const entry = readableLogLine(line);
        if (entry && shownLevels.has(entry.level)) progress.note(`${name.padEnd(10)} ${entry.level.padEnd(5)} ${entry.text}`);
      },
      onExit: (name) => progress.note(`${name.padEnd(10)} ended by itself and is started again`),
    }),
  );
  progress.say('');
  if (signal.aborted) return;
  process.stdout.write(systemText(system.urls, { dataDir, simulated }));
  await once(signal, 'abort');
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new UsageError('PORT must be a number from 0 to 65535; 0 takes a free one.');
  return port;
}
