import * as z from 'zod';
import type { Answer } from '../answer.ts';
import type { Plant } from '../plant.ts';
import { replicateProblem } from './errors.ts';
import { toPrediction } from './prediction.ts';

const pageSize = 100;

const querySchema = z.object({
  created_after: z.iso.datetime({ offset: true }).optional(),
  created_before: z.iso.datetime({ offset: true }).optional(),
  cursor: z.coerce.number().int().min(0).default(0),
});

/** `GET /predictions`: newest first, a hundred a page, between two moments when asked. */
export function listPredictions(plant: Plant, query: unknown): Answer {
  const parsed = querySchema.safeParse(query);
  if (!parsed.success)
    return replicateProblem(400, 'Bad request', parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  const { created_after: after, created_before: before, cursor } = parsed.data;
  const isInside = (atMs: number) => (!after || atMs >= Date.parse(after)) && (!before || atMs < Date.parse(before));
  const found = plant.ledger.list().filter(({ provider, run }) => provider === 'replicate' && isInside(run.acceptedAtMs));
  const page = found.reverse().slice(cursor, cursor + pageSize);
  const pageUrl = (at: number) => {
    const parameters = new URLSearchParams({
      ...(after && { created_after: after }),
      ...(before && { created_before: before }),
      cursor: String(at),
    });
    return `${plant.publicUrl()}/replicate/v1/predictions?${parameters}`;
  };
  return {
    status: 200,
    body: {
      next: cursor + pageSize < found.length ? pageUrl(cursor + pageSize) : null,
      previous: cursor > 0 ? pageUrl(Math.max(0, cursor - pageSize)) : null,
      results: page.map((submission) => toPrediction(submission, plant.publicUrl())),
    },
  };
}
