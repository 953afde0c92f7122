import { describeFailure } from './describe-failure.ts';
import { interruptionSignal } from './interruption.ts';

/**
 * The life of the program: runs one command and exits, 0 (or with the exit code it has set) when it resolves, else with one clear sentence on
 * standard error (and `{ error }` on standard output with `--json`). Commands leave nothing running behind when they end.
 */
export async function runCommand(args: string[], command: (args: string[], signal: AbortSignal) => Promise<void>): Promise<never> {
  const fail = (error: unknown): never => {
    const { exitCode, sentence, body } = describeFailure(error);
    if (args.includes('--json')) process.stdout.write(`${JSON.stringify(body)}\n`);
    process.stderr.write(`${sentence}\n`);
    process.exit(exitCode);
  };
  process.once('uncaughtException', fail);
  process.once('unhandledRejection', fail);
  // Whoever read the output may have gone: that is no reason to leave in disorder.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  try {
    await command(args, interruptionSignal());
  } catch (error) {
    fail(error);
  }
  process.exit();
}
