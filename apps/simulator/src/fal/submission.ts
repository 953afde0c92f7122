import { randomInt, randomUUID } from 'node:crypto';
import { condense } from '../condense.ts';
import type { Submission } from '../ledger.ts';
import type { PictureSpec } from '../picture/picture.ts';
import type { Plant } from '../plant.ts';
import { readReference } from '../reference-image.ts';
import { planRun } from '../run.ts';
import type { ProviderRules } from '../runs.ts';
import type { Scenario } from '../scenario.ts';
import { billableMegapixels, falEndpoints, toPixels } from './endpoints.ts';
import { type FalProblem, falProblem, falProblems } from './errors.ts';

const largestAreaPx = 25_000_000;
const square = { width: 1024, height: 1024 };

type Submit = {
  readonly endpoint: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly webhookUrl: string | undefined;
  readonly scenario: Scenario;
};

/**
 * Makes the record of a submission to a known endpoint. The queue looks at no input: what the endpoint's schema forbids comes out as the
 * run's 422 result, as the webhook example of fal's docs shows.
 */
export async function describeFalSubmission(plant: Plant, { endpoint, input, webhookUrl, scenario }: Submit): Promise<Submission> {
  const parsed = falEndpoints[endpoint]?.input.safeParse(input, { reportInput: true });
  const values = parsed?.data;
  const imageUrl = input.image_url;
  const reference = values && typeof imageUrl === 'string' ? await readReference(imageUrl) : null;
  const size = toPixels(values?.image_size) ?? reference?.size ?? square;
  const problems = parsed?.error
    ? falProblems(parsed.error)
    : findUnusable({ size, isReferenceBroken: typeof imageUrl === 'string' && !reference });
  const pictures = problems.length > 0 ? 0 : countPictures(values?.num_images, scenario);
  return {
    id: randomUUID(),
    provider: 'fal',
    model: endpoint,
    version: null,
    prompt: typeof input.prompt === 'string' ? input.prompt : '',
    input: condense(input),
    seed: values?.seed ?? randomInt(2 ** 31),
    size,
    reference: reference?.hash ?? null,
    problem: problems.length > 0 ? problems : null,
    scenario,
    quoteUsd: Number((pictures * billableMegapixels(size) * (falEndpoints[endpoint]?.usdPerMegapixel ?? 0)).toFixed(6)),
    run: planRun(scenario, plant.latency),
    deadlineAtMs: null,
    webhook: webhookUrl ? { url: webhookUrl, events: [] } : null,
    settlement: null,
  };
}

function findUnusable({ size, isReferenceBroken }: { size: Submission['size']; isReferenceBroken: boolean }): FalProblem[] {
  if (isReferenceBroken)
    return [falProblem(['image_url'], 'image_load_error', 'Failed to load the image. Please ensure the file is a valid image.')];
  if (size.width * size.height > largestAreaPx) return [falProblem(['image_size'], 'image_too_large', 'Image size is too large')];
  return [];
}

/** The submission's input with the endpoint's defaults; only for one without a problem. */
function readInput(submission: Submission) {
  return falEndpoints[submission.model]?.input.safeParse(submission.input).data;
}

export function falPictureCount(submission: Submission): number {
  return countPictures(readInput(submission)?.num_images, submission.scenario);
}

function countPictures(asked: number | undefined, scenario: Scenario): number {
  return Math.max(0, (asked ?? 0) - (scenario.fewer ? 1 : 0));
}

/** What picture number `index` (from 0) of a submission depends on; undefined: it has none of that number. */
export function falPicture(submission: Submission, index: number): PictureSpec | undefined {
  const input = readInput(submission);
  if (!input || index >= falPictureCount(submission)) return undefined;
  return {
    model: submission.model,
    prompt: submission.prompt,
    seed: submission.seed,
    ...submission.size,
    loras: input.loras ?? [],
    reference: submission.reference,
    index,
    format: input.output_format,
    quality: 90,
    ...(submission.scenario.moderation && { black: true }),
  };
}

/** `x-fal-billable-units` of a submission that succeeds. */
export function falBillableUnits(submission: Submission): number {
  return falPictureCount(submission) * billableMegapixels(submission.size);
}

export const concludeFal: ProviderRules['conclude'] = (submission, { canceled }) => {
  if (canceled) return { outcome: 'canceled', priceUsd: 0 };
  const { scenario, problem, quoteUsd } = submission;
  if (problem || scenario.fail || scenario['runner-error'] || scenario['content-policy']) return { outcome: 'failed', priceUsd: 0 };
  return { outcome: 'succeeded', priceUsd: quoteUsd };
};
