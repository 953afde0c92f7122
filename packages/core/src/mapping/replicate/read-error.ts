import * as z from 'zod';
import { kindOfStatus, type ProviderError, providerError } from '../provider-error.ts';

const bodySchema = z.object({ title: z.string().nullish(), detail: z.string().nullish() });

/** Replicate's problem bodies (`title`, `detail`, `status`). What its API document leaves open is decided by the HTTP status. */
export function readReplicateError(httpStatus: number, body: unknown): ProviderError {
  const kind = kindOfStatus(httpStatus);
  if (kind) return providerError(kind);
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) return providerError('malformed');
  if (/^invalid version/i.test(parsed.data.title ?? '')) return providerError('not-found');
  return providerError('invalid-request', parsed.data.detail ?? parsed.data.title ?? undefined);
}
