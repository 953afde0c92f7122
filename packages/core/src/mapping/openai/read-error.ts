import * as z from 'zod';
import { kindOfStatus, type ProviderError, providerError } from '../provider-error.ts';

const bodySchema = z.object({
  error: z.object({ message: z.string().nullish(), type: z.string().nullish(), param: z.string().nullish(), code: z.string().nullish() }),
});

const contentCodes: ReadonlySet<string> = new Set(['moderation_blocked', 'content_policy_violation']);
const fundsCodes: ReadonlySet<string> = new Set(['insufficient_quota', 'billing_hard_limit_reached', 'billing_not_active']);

/** OpenAI's error body. Its `code` goes before the status: an exhausted quota is a 429 that waiting does not cure. */
export function readOpenAiError(httpStatus: number, body: unknown): ProviderError {
  const parsed = bodySchema.safeParse(body);
  const error = parsed.success ? parsed.data.error : {};
  const code = error.code ?? error.type ?? '';
  if (contentCodes.has(code)) return providerError('content-rejected');
  if (fundsCodes.has(code)) return providerError('insufficient-funds');
  const kind = kindOfStatus(httpStatus);
  if (kind) return providerError(kind);
  if (!parsed.success) return providerError('malformed');
  if (code === 'model_not_found') return providerError('not-found');
  return providerError('invalid-request', [error.param, error.message].filter(Boolean).join(': '));
}
