import * as z from 'zod';
import { readAnswer } from '../../errors/malformed-answer-error.ts';
import { progressFromLog } from '../progress.ts';

const statusSchema = z.object({
  status: z.enum(['IN_QUEUE', 'IN_PROGRESS', 'COMPLETED']),
  queue_position: z.number().min(0).nullish(),
  /** The published schema says object, the documentation array. */
  logs: z.unknown().optional(),
  error: z.unknown().optional(),
  error_type: z.string().nullish(),
});

export type FalStatus =
  | { kind: 'queued'; position: number | null }
  | { kind: 'running'; progress: number | null }
  | { kind: 'completed' }
  | { kind: 'failed'; error: string; errorType: string | null };

/**
 * A queue status. fal has no failed status: a failure is COMPLETED with an error, and even COMPLETED without one is only a success once
 * the result has been fetched.
 * @throws MalformedAnswerError
 */
export function readFalStatus(json: unknown): FalStatus {
  const answer = readAnswer(statusSchema, json, "fal's status");
  switch (answer.status) {
    case 'IN_QUEUE':
      return { kind: 'queued', position: answer.queue_position ?? null };
    case 'IN_PROGRESS':
      return { kind: 'running', progress: progressFromLogs(answer.logs) };
    case 'COMPLETED': {
      const errorType = answer.error_type ?? null;
      if (!answer.error && !errorType) return { kind: 'completed' };
      return { kind: 'failed', error: typeof answer.error === 'string' ? answer.error : (errorType ?? 'unknown error'), errorType };
    }
  }
}

const logsSchema = z.array(z.object({ message: z.string() }));

function progressFromLogs(logs: unknown): number | null {
  const parsed = logsSchema.safeParse(logs);
  return parsed.success
    ? progressFromLog(
        parsed.data
          .slice(-5)
          .map(({ message }) => message)
          .join('\n'),
      )
    : null;
}
