import { randomBytes, randomInt } from 'node:crypto';
import { condense } from '../condense.ts';
import type { Submission } from '../ledger.ts';
import type { PictureSpec } from '../picture/picture.ts';
import type { Plant } from '../plant.ts';
import { readReference } from '../reference-image.ts';
import { planRun, progressAt } from '../run.ts';
import type { ProviderRules } from '../runs.ts';
import type { Scenario } from '../scenario.ts';
import { lorasOf, pixelsOf, replicateModels } from './models.ts';

const outputsKeptMs = 3_600_000;
const idAlphabet = 'abcdefghjkmnpqrstvwxyz0123456789';
const allNsfw = 'All generated images contained NSFW content. Try running it again with a different prompt.';

type Create = {
  readonly model: string;
  readonly version: string | null;
  readonly input: Readonly<Record<string, unknown>>;
  readonly webhook: Submission['webhook'];
  readonly cancelAfterMs: number | null;
  readonly scenario: Scenario;
};

/** Makes the record of a prediction whose input has passed its model's schema. */
export async function describePrediction(
  plant: Plant,
  { model, version, input, webhook, cancelAfterMs, scenario }: Create,
): Promise<Submission> {
  const values = replicateModels[model]?.input.parse(input);
  const { image } = input;
  const reference = typeof image === 'string' ? await readReference(image) : null;
  const run = planRun(scenario, plant.latency);
  const seconds = ((run.finishAtMs ?? run.startAtMs) - run.startAtMs) / 1000;
  const pictures = countPictures(values?.num_outputs, scenario);
  return {
    id: Array.from(randomBytes(26), (byte) => idAlphabet[byte % idAlphabet.length]).join(''),
    provider: 'replicate',
    model,
    version,
    prompt: String(input.prompt),
    input: condense(input),
    seed: values?.seed ?? randomInt(2 ** 16),
    size: values ? pixelsOf(values) : { width: 1024, height: 1024 },
    reference: reference?.hash ?? null,
    problem: typeof image === 'string' && !reference ? 'cannot identify image file' : null,
    scenario,
    quoteUsd: round(replicateModels[model]?.price({ pictures, seconds }) ?? 0),
    run,
    deadlineAtMs: cancelAfterMs === null ? null : run.acceptedAtMs + cancelAfterMs,
    webhook,
    settlement: null,
  };
}

/** The error text of a prediction that ends `failed`; null for any other. */
function failureOf({ scenario, problem }: Submission): string | null {
  if (typeof problem === 'string') return problem;
  if (scenario.moderation) return allNsfw;
  if (scenario['content-policy']) return 'The input or output was flagged as sensitive. Please try again with different inputs. (E005)';
  if (scenario['runner-error']) return 'Prediction interrupted; please retry (code: PA)';
  return scenario.fail ? 'CUDA out of memory' : null;
}

/** Pictures that are handed out: the ones a safety checker flagged are left out. */
function pictureCount({ model, input, scenario }: Submission): number {
  return countPictures(replicateModels[model]?.input.safeParse(input).data?.num_outputs, scenario);
}

function countPictures(asked: number | undefined, scenario: Scenario): number {
  return Math.max(0, (asked ?? 0) - (scenario.fewer ? 1 : 0));
}

/** What output number `index` (from 0) depends on; undefined: there is none of that number. */
export function replicatePicture(submission: Submission, index: number): PictureSpec | undefined {
  const { model, prompt, seed, size, reference } = submission;
  const values = replicateModels[model]?.input.safeParse(submission.input).data;
  if (!values || index >= pictureCount(submission)) return undefined;
  const format = values.output_format === 'jpg' ? 'jpeg' : values.output_format;
  return { model, prompt, seed, ...size, loras: lorasOf(submission.input), reference, index, format, quality: values.output_quality };
}

/** A cancelled run of a model that is paid by time costs the time it had. */
export const concludeReplicate: ProviderRules['conclude'] = (submission, { atMs, canceled }) => {
  const { run, deadlineAtMs, scenario, model, quoteUsd } = submission;
  const isPastDeadline = deadlineAtMs !== null && (run.finishAtMs === null || deadlineAtMs < run.finishAtMs);
  if (canceled || isPastDeadline) {
    const seconds = Math.max(0, atMs - run.startAtMs) / 1000;
    return { outcome: 'canceled', priceUsd: round(replicateModels[model]?.price({ pictures: 0, seconds }) ?? 0) };
  }
  if (scenario.aborted) return { outcome: 'canceled', priceUsd: 0 };
  return failureOf(submission) ? { outcome: 'failed', priceUsd: 0 } : { outcome: 'succeeded', priceUsd: quoteUsd };
};

function round(usd: number): number {
  return Number(usd.toFixed(6));
}

type Status = 'starting' | 'processing' | 'succeeded' | 'failed' | 'canceled' | 'aborted';

/** `aborted`: ended by its deadline (or its scenario) before the run began; `canceled`: by its caller, or by the deadline while running. */
function statusOf({ settlement, run, scenario, deadlineAtMs }: Submission): Status {
  if (!settlement) return progressAt(run, Date.now()).phase === 'queued' ? 'starting' : 'processing';
  if (settlement.outcome !== 'canceled') return settlement.outcome;
  const wasDeadlineFirst = deadlineAtMs !== null && settlement.finishedAtMs >= deadlineAtMs && deadlineAtMs <= run.startAtMs;
  return scenario.aborted || wasDeadlineFirst ? 'aborted' : 'canceled';
}

/** The prediction as the API shows it now. */
export function toPrediction(submission: Submission, publicUrl: string) {
  const { id, model, version, run, settlement, deadlineAtMs, seed } = submission;
  const status = statusOf(submission);
  const isRemoved = settlement !== null && Date.now() - settlement.finishedAtMs > outputsKeptMs;
  const hasStarted = status !== 'starting' && status !== 'aborted' && (settlement?.finishedAtMs ?? Infinity) >= run.startAtMs;
  const extension = (replicatePicture(submission, 0)?.format ?? 'webp').replace('jpeg', 'jpg');
  const files = Array.from({ length: pictureCount(submission) }, (_, index) => `${publicUrl}/files/${id}/${index}.${extension}`);
  return {
    id,
    model,
    version: version ?? 'hidden',
    input: isRemoved ? {} : submission.input,
    logs: hasStarted && !isRemoved ? `Using seed: ${seed}\n` : '',
    output: status === 'succeeded' && !isRemoved ? files : null,
    data_removed: isRemoved,
    error: status === 'failed' ? failureOf(submission) : null,
    source: 'api',
    status,
    created_at: iso(run.acceptedAtMs),
    ...(deadlineAtMs !== null && { deadline: iso(deadlineAtMs) }),
    ...(hasStarted && { started_at: iso(run.startAtMs) }),
    ...(settlement && {
      completed_at: iso(settlement.finishedAtMs),
      metrics: {
        ...(hasStarted && { predict_time: (settlement.finishedAtMs - run.startAtMs) / 1000 }),
        total_time: (settlement.finishedAtMs - run.acceptedAtMs) / 1000,
      },
    }),
    urls: {
      get: `${publicUrl}/replicate/v1/predictions/${id}`,
      cancel: `${publicUrl}/replicate/v1/predictions/${id}/cancel`,
      web: `${publicUrl}/replicate/p/${id}`,
    },
  };
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
