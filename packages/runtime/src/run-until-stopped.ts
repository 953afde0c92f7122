import { ConfigurationError } from './env.ts';

/** Below the 30 s that container platforms usually grant between SIGTERM and SIGKILL. */
const shutdownLimitMs = 25_000;

/**
 * The life of a process: start, wait for SIGTERM or SIGINT, dispose, exit 0.
 * A configuration problem prints its list and exits 78 (EX_CONFIG, sysexits.h); any other failure to start, an unhandled rejection or a
 * shutdown that takes longer than 25 s exits 1.
 */
export async function runUntilStopped(start: () => Promise<AsyncDisposable>): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  process.once('unhandledRejection', exitLoudly);
  process.once('uncaughtException', exitLoudly);
  let service: AsyncDisposable;
  try {
    service = await start();
  } catch (error) {
    if (error instanceof ConfigurationError) {
      process.stderr.write(`${error.message}\n`);
      process.exit(78);
    }
    return exitLoudly(error);
  }
  await stopped;
  setTimeout(() => exitLoudly(new Error(`still not stopped after ${shutdownLimitMs} ms`)), shutdownLimitMs).unref();
  await service[Symbol.asyncDispose]();
  process.exit(0);
}

function exitLoudly(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}
