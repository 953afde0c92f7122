import type { Answer } from '../answer.ts';
import type { Submission } from '../ledger.ts';
import type { Plant } from '../plant.ts';
import { progressAt } from '../run.ts';
import { type FalProblem, falModelError, falPlatformError, falProblem } from './errors.ts';
import { applicationOf } from './path.ts';
import { falBillableUnits, falPicture, falPictureCount } from './submission.ts';

const steps = 28;

/** The queue's answer to a submission. */
export function falSubmitted(submission: Submission, publicUrl: string): Answer {
  return {
    status: 200,
    headers: { 'x-fal-request-id': submission.id },
    body: {
      status: 'IN_QUEUE',
      ...identityOf(submission, publicUrl),
      gateway_request_id: submission.id,
      queue_position: submission.run.positions,
    },
  };
}

/** 202 until the run is over, then 200: COMPLETED is the only terminal status, failures carry `error` and `error_type`. */
export function falStatus(submission: Submission, publicUrl: string, withLogs: boolean): Answer {
  const identity = identityOf(submission, publicUrl);
  const headers = { 'x-fal-request-id': submission.id };
  const { settlement, run } = submission;
  if (settlement) {
    const failure = platformFailureOf(submission);
    const metrics = { inference_time: Math.max(0, settlement.finishedAtMs - run.startAtMs) / 1000 };
    const logs = withLogs ? logsUpTo(submission, 1) : [];
    return {
      status: 200,
      headers,
      body: { status: 'COMPLETED', ...identity, logs, metrics, ...(failure && { error: failure.error, error_type: failure.error_type }) },
    };
  }
  const progress = progressAt(run, Date.now());
  if (progress.phase === 'queued')
    return { status: 202, headers, body: { status: 'IN_QUEUE', ...identity, queue_position: progress.position } };
  const logs = withLogs ? logsUpTo(submission, progress.fraction) : [];
  return { status: 202, headers, body: { status: 'IN_PROGRESS', ...identity, logs } };
}

/** The model's bare output, or the error that ended the run with that error's HTTP status. */
export async function falResult(submission: Submission, plant: Plant): Promise<Answer> {
  const { settlement, scenario, problem } = submission;
  const requestId = { 'x-fal-request-id': submission.id };
  if (!settlement) return { status: 400, headers: requestId, body: { detail: 'Request is still in progress' } };
  const failure = platformFailureOf(submission);
  if (failure) return withHeaders(falPlatformError(failure.status, failure.error_type, failure.error), requestId);
  if (problem) return withHeaders(falModelError(422, problem as FalProblem[]), requestId);
  if (scenario['content-policy']) return withHeaders(falModelError(422, [policyProblem(submission.prompt)]), requestId);
  return {
    status: 200,
    headers: { ...requestId, 'x-fal-billable-units': String(falBillableUnits(submission)) },
    body: await outputOf(submission, plant),
  };
}

async function outputOf(submission: Submission, plant: Plant) {
  const { run, settlement, seed, prompt, scenario, input } = submission;
  const images = await Promise.all(
    Array.from({ length: falPictureCount(submission) }, async (_, index) => {
      const spec = falPicture(submission, index);
      const url = `${plant.publicUrl()}/files/${submission.id}/${index}.${spec?.format === 'png' ? 'png' : 'jpg'}`;
      const inline = spec && input.sync_mode === true;
      return {
        url: inline ? `data:image/${spec.format};base64,${(await plant.gallery.picture(spec)).toString('base64')}` : url,
        ...submission.size,
        content_type: `image/${spec?.format}`,
      };
    }),
  );
  return {
    images,
    timings: { inference: Math.max(0, (settlement?.finishedAtMs ?? 0) - run.startAtMs) / 1000 },
    seed,
    has_nsfw_concepts: images.map(() => scenario.moderation === true),
    prompt,
  };
}

type PlatformFailure = { readonly error: string; readonly error_type: string; readonly status: number };

function platformFailureOf({ settlement, scenario }: Submission): PlatformFailure | undefined {
  if (settlement?.outcome === 'canceled') return { error: 'Request was cancelled', error_type: 'client_cancelled', status: 499 };
  if (scenario['runner-error']) return { error: 'Runner disconnected', error_type: 'runner_disconnected', status: 503 };
  if (scenario.fail) return { error: 'Internal server error', error_type: 'internal_error', status: 500 };
  return undefined;
}

function policyProblem(prompt: string): FalProblem {
  const message = 'The content could not be processed because it contained material flagged by a content checker.';
  return falProblem(['prompt'], 'content_policy_violation', message, { input: prompt });
}

function identityOf({ id, model }: Submission, publicUrl: string) {
  const url = `${publicUrl}/fal/${applicationOf(model)}/requests/${id}`;
  return { request_id: id, response_url: url, status_url: `${url}/status`, cancel_url: `${url}/cancel` };
}

/** A log line each seven steps, as far as the run has come. */
function logsUpTo({ run }: Submission, fraction: number) {
  const lengthMs = (run.finishAtMs ?? run.startAtMs) - run.startAtMs;
  return Array.from({ length: Math.floor((fraction * steps) / 7) + 1 }, (_, line) => ({
    message: `${line * 7}/${steps}`,
    level: 'INFO',
    source: 'USER',
    timestamp: new Date(run.startAtMs + (lengthMs * line * 7) / steps).toISOString(),
  }));
}

function withHeaders(answer: Answer, headers: Readonly<Record<string, string>>): Answer {
  return { ...answer, headers: { ...answer.headers, ...headers } };
}
