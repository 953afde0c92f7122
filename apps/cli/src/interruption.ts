import { watchLaunchers } from './launchers.ts';

/** The user, or whoever supervises this process, asked it to end. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  /** As shells count: 128 and the signal's number. */
  readonly exitCode: 130 | 143;

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super('Stopped.');
    this.exitCode = signal === 'SIGINT' ? 130 : 143;
  }
}

/** An orderly end takes at most this long; then the process goes, and the guards of its children end those. */
const stopLimitMs = 20_000;

/**
 * Aborts at the first SIGINT or SIGTERM, or when what started this process is gone, with an `Interruption` as its reason. A second signal
 * ends the process at once.
 */
export function interruptionSignal(): AbortSignal {
  const interruption = new AbortController();
  const stop = (signal: 'SIGINT' | 'SIGTERM') => {
    const reason = new Interruption(signal);
    if (interruption.signal.aborted) process.exit(reason.exitCode);
    interruption.abort(reason);
    setTimeout(() => process.exit(reason.exitCode), stopLimitMs).unref();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  watchLaunchers(() => {
    if (!interruption.signal.aborted) stop('SIGTERM');
  });
  return interruption.signal;
}
