import * as z from 'zod';
import { kindOfStatus, type ProviderError, providerError } from '../provider-error.ts';

const bodySchema = z.object({
  detail: z
    .union([
      z.string(),
      z.array(
        z.object({ loc: z.array(z.union([z.string(), z.number()])).nullish(), msg: z.string().nullish(), type: z.string().nullish() }),
      ),
    ])
    .nullish(),
  error_type: z.string().nullish(),
});

const unavailableTypes: ReadonlySet<string> = new Set([
  'internal_server_error',
  'internal_error',
  'generation_timeout',
  'downstream_service_error',
  'downstream_service_unavailable',
  'concurrent_requests_limit',
]);

/** fal's two error shapes: a list of problems from the model, a sentence with `error_type` from the platform (fal docs, "errors"). */
export function readFalError(httpStatus: number, body: unknown): ProviderError {
  const parsed = bodySchema.safeParse(body);
  const { detail, error_type } = parsed.success ? parsed.data : {};
  const problems = Array.isArray(detail) ? detail : [];
  const types = [error_type, ...problems.map((problem) => problem.type)];
  if (types.includes('content_policy_violation')) return providerError('content-rejected');
  if (httpStatus === 403 && typeof detail === 'string' && /exhausted balance|user is locked/i.test(detail)) {
    return providerError('insufficient-funds');
  }
  const kind = kindOfStatus(httpStatus);
  if (kind) return providerError(kind);
  if (types.some((type) => type && unavailableTypes.has(type))) return providerError('unavailable');
  if (!parsed.success) return providerError('malformed');
  const sentences = problems.map(({ loc, msg }) => `${loc?.slice(1).join('.') || 'request'}: ${msg ?? 'is not valid'}`);
  return providerError('invalid-request', typeof detail === 'string' ? detail : sentences.slice(0, 5).join('; '));
}
