import { isDeepStrictEqual } from 'node:util';
import { readAnswer } from '@imagegen/core/errors/malformed-answer-error';
import type { LostSubmission } from '@imagegen/worker/provider-adapter';
import * as z from 'zod';
import type { ReplicateClient } from './replicate-client.ts';
import { readLook } from './replicate-errors.ts';
import { isAtOriginOf, listUrl } from './replicate-urls.ts';

/** For the 30 s that a creation may take before it counts as lost, and for clocks that differ. */
const slackMs = 60_000;
const pages = 10;

const pageSchema = z.object({
  next: z.string().nullish(),
  results: z.array(
    z.object({
      id: z.string().min(1),
      input: z.record(z.string(), z.unknown()).nullish(),
      urls: z.object({ get: z.string(), cancel: z.string() }).partial().nullish(),
    }),
  ),
});

type Listed = z.infer<typeof pageSchema>['results'][number];

type Search = { client: ReplicateClient; baseUrl: string; lost: LostSubmission; signal: AbortSignal };

/**
 * Finds the prediction that a lost creation made, among those made since (`GET /predictions`, newest first, a hundred a page). Null when
 * there is none, undefined when there were too many to look at. Throws ProviderError when the list cannot be had.
 */
export async function findPrediction({ client, baseUrl, lost, signal }: Search): Promise<Listed | null | undefined> {
  const asked = z.record(z.string(), z.unknown()).parse(lost.call.body.input);
  let url = listUrl(baseUrl, new Date(Date.now() - lost.ageMs - slackMs));
  for (let page = 1; page <= pages; page += 1) {
    const { results, next } = readLook(await client.list(url, signal), (json) => readAnswer(pageSchema, json, "Replicate's list"));
    const found = results.find(({ input }) => input && isSameInput(asked, input));
    if (found || !next) return found ?? null;
    if (!isAtOriginOf(baseUrl, next)) return undefined;
    url = next;
  }
  return undefined;
}

/**
 * Prompt and seed are the mark of a call: seeds are drawn from 2³¹. For a caller who sets the seed and varies the rest, nothing else may
 * differ either. What the list does not show is no difference, and the reference picture goes out in another form than the call has it.
 */
function isSameInput(asked: Readonly<Record<string, unknown>>, listed: Readonly<Record<string, unknown>>): boolean {
  if (listed.seed !== asked.seed || listed.prompt !== asked.prompt) return false;
  return Object.entries(asked).every(([name, value]) => name === 'image' || !(name in listed) || isDeepStrictEqual(listed[name], value));
}
