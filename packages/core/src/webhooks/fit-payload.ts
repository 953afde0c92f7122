import type { GenerationOutput } from '../generation/output.ts';

/** Standard Webhooks 1.0.0 asks for less than 20 kB; the envelope around the data takes the rest. */
export const largestDataBytes = 19_000;

const shownPromptChars = 500;

type Told = GenerationOutput & { seq: number };

/**
 * A generation as small as a webhook has to be. What does not fit is left out in this order: what the other engines would have done, the rest
 * of the prompt and of the adjustments, everything but the ids. Then it is `truncated`, and `poll_url` has all of it.
 */
export function fitPayload(told: Told): Record<string, unknown> {
  const { generation_id, request_id, seq, status, poll_url, error, completed_at } = told;
  const lean = { ...told, routing: { ...told.routing, considered: [] }, truncated: true };
  const candidates = [
    told,
    lean,
    { ...lean, prompt: [...told.prompt].slice(0, shownPromptChars).join(''), adjustments: [], routing: undefined },
    { generation_id, request_id, seq, status, poll_url, ...(error && { error: { code: error.code } }), completed_at, truncated: true },
  ];
  return (
    candidates.find((candidate) => sizeBytes(candidate) <= largestDataBytes) ?? { generation_id, request_id, seq, status, truncated: true }
  );
}

function sizeBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).byteLength;
}
