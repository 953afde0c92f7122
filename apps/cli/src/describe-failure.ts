import { GatewayError } from '@imagegen/client/gateway-error';
import { GenerationFailedError } from '@imagegen/client/generation-failed-error';
import { Interruption } from './interruption.ts';
import { readableLogLine } from './readable-log-line.ts';
import { UsageError } from './usage-error.ts';
import { WaitOverError } from './wait-over-error.ts';

export type Failure = {
  exitCode: number;
  /** For standard error. */
  sentence: string;
  /** For standard output where JSON was asked for. */
  body: { error: { code: string; message: string; details?: Record<string, unknown> }; generation_id?: string; request_id?: string };
};

/** How a command that did not succeed says so. Never a stack: what is not expected shows its message alone. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof UsageError) return failure(2, 'VALIDATION_ERROR', error);
  if (error instanceof Interruption) return failure(error.exitCode, 'INTERRUPTED', error);
  if (error instanceof WaitOverError) return failure(3, 'WAIT_TIMEOUT', error, error.ids);
  if (error instanceof GatewayError) return failure(1, error.code, error);
  if (error instanceof GenerationFailedError) {
    const { generation_id, request_id } = error.output;
    const described = failure(1, error.code, error, { generation_id, request_id });
    return { ...described, sentence: `No picture: ${error.message} (${error.code}, ${generation_id}; not charged)` };
  }
  return failure(1, 'INTERNAL', error instanceof Error ? error : new Error(String(error)));
}

function failure(
  exitCode: number,
  code: string,
  { message, details }: { message: string; details?: Record<string, unknown> | undefined },
  ids: { generation_id?: string; request_id?: string } = {},
): Failure {
  const sentence = readable(message);
  return { exitCode, sentence, body: { error: { code, message: sentence, ...(details && { details }) }, ...ids } };
}

/** A process that does not start says so in its first line and shows the end of its log below. */
function readable(message: string): string {
  const [first = '', ...log] = message.split('\n');
  const words = log.flatMap((line) => readableLogLine(line)?.text ?? []);
  return [first, ...new Set(words)].join('\n  ');
}
