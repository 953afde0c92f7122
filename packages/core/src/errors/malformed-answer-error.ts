import type * as z from 'zod';

/** A provider's answer that is not what its contract says. The message names the places, never the content. */
export class MalformedAnswerError extends Error {
  override readonly name = 'MalformedAnswerError';
}

/** @throws MalformedAnswerError */
export function readAnswer<Output>(schema: z.ZodType<Output>, json: unknown, what: string): Output {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.slice(0, 5).map((issue) => issue.path.join('.') || 'the whole answer');
  throw new MalformedAnswerError(`${what} is not as documented: ${[...new Set(places)].join(', ')}`);
}
