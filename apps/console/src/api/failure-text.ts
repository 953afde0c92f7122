import { TRPCClientError } from '@trpc/client';

/** What went wrong, in the gateway's own sentence; and whether signing in again is the way out. */
export function failureText(error: unknown): string {
  if (error instanceof Error) return error.message || 'Something went wrong.';
  return 'Something went wrong.';
}

/** HTTP status of a refused call, when there is one. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof TRPCClientError)) return undefined;
  const status: unknown = error.data?.httpStatus;
  return typeof status === 'number' ? status : undefined;
}
