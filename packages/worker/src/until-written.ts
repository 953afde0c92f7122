import { setTimeout as sleep } from 'node:timers/promises';
import { fullJitterMs } from '@imagegen/runtime/backoff';
import type { Logger } from '@imagegen/runtime/logger';

const triedForMs = 120_000;

/**
 * Repeats a write while Postgres is away or has no connection to give, for two minutes: what it says was paid for and is known to this process
 * alone. A write that is fenced by the lease's epoch may come later than the lease; whoever took over in between makes it change nothing.
 * Rejects at once with what repeating cannot help: SQLSTATE classes 22, 23 and 42 (PostgreSQL documentation, appendix A).
 */
export async function untilWritten<T>(logger: Logger, write: () => Promise<T>): Promise<T> {
  const from = performance.now();
  for (let failures = 0; ; failures += 1) {
    try {
      return await write();
    } catch (error) {
      if (isOurMistake(error) || performance.now() - from > triedForMs) throw error;
      logger.warn({ err: error, failures }, 'a result could not be written yet');
      await sleep(50 + fullJitterMs(failures, 100, 5_000));
    }
  }
}

function isOurMistake(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  return /^(22|23|42)/.test(code) || error instanceof TypeError;
}
