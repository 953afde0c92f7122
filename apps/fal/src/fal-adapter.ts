import { setTimeout as pause } from 'node:timers/promises';
import { readFalResult } from '@imagegen/core/mapping/fal/read-result';
import { readFalStatus } from '@imagegen/core/mapping/fal/read-status';
import type { ProviderAdapter, ProviderOutput, SubmissionReference, SubmissionState } from '@imagegen/worker/provider-adapter';
import type { ProviderEndpoint } from '@imagegen/worker/provider-endpoint';
import { ProviderError, type ProviderErrorKind } from '@imagegen/worker/provider-error';
import type { HttpAnswer } from '@imagegen/worker/provider-http';
import * as z from 'zod';
import { createFalClient } from './fal-client.ts';
import { falCostMicros } from './fal-cost.ts';
import { lookError, readLook, resultError, statusError, submitError } from './fal-errors.ts';

/** A doubtful result is fetched this often before it is believed: the picture may be there, and paid. */
const resultFetches = 5;
const firstPauseMs = 100;
/** What a result can be by mistake when the status names no error. */
const doubtful: ReadonlySet<ProviderErrorKind> = new Set(['malformed', 'unavailable']);

const submittedSchema = z.object({
  request_id: z.string().min(1),
  status_url: z.string().optional(),
  response_url: z.string().optional(),
  cancel_url: z.string().optional(),
});

/** fal's queue. A submission whose answer is lost can only be recognised by its webhook: fal lists no requests to public models. */
export function createFalAdapter(endpoint: ProviderEndpoint): ProviderAdapter {
  const client = createFalClient(endpoint);
  return {
    provider: 'fal',
    resultHosts: ['*.fal.media'],
    trustedOrigins: [new URL(endpoint.baseUrl).origin],
    inlinesReferences: false,
    onUnknown: 'await-callback',

    async submit({ call, callbackUrl, signal }) {
      const answer = await client.submit({ endpoint: call.endpoint, input: call.body, callbackUrl, signal });
      const submitted = submittedSchema.safeParse(answer.json);
      if (answer.status >= 300 || !submitted.success) throw submitError(answer);
      const { request_id: providerRequestId, ...given } = submitted.data;
      const urls = Object.fromEntries(Object.entries(given).filter(([, url]) => url !== undefined));
      return { kind: 'submitted', providerRequestId, urls };
    },

    async check(reference, signal) {
      const status = readLook(await client.status(reference, signal), readFalStatus);
      if (status.kind === 'queued' || status.kind === 'running') return status;
      const failure = status.kind === 'failed' ? statusError(status) : null;
      for (let fetch = 1; ; fetch += 1) {
        const result = await client.result(reference, signal);
        const state = readResult(reference, result, failure);
        if (state.kind === 'succeeded' || failure || !doubtful.has(state.error.kind) || fetch === resultFetches) return state;
        await pause(fetch * firstPauseMs, undefined, { signal });
      }
    },

    async cancel(reference) {
      await client.cancel(reference);
    },
  };
}

type Ended = Extract<SubmissionState, { kind: 'succeeded' | 'failed' }>;

/**
 * COMPLETED is a success only once the result says so; a failure is told best by the result, too.
 * @param failure what the status said went wrong.
 */
function readResult(reference: SubmissionReference, result: HttpAnswer, failure: ProviderError | null): Ended {
  if (result.status >= 300) {
    const error = resultError(result) ?? failure;
    if (error) return { kind: 'failed', error };
    throw lookError(result);
  }
  try {
    return { kind: 'succeeded', output: readOutput(reference, result) };
  } catch (error) {
    if (error instanceof ProviderError) return { kind: 'failed', error: failure ?? error };
    throw error;
  }
}

function readOutput({ endpoint }: SubmissionReference, result: HttpAnswer): ProviderOutput {
  const { images, seed } = readLook(result, readFalResult);
  return {
    images: images.map(({ url, blocked }) => ({ kind: 'url', url, blocked })),
    seed,
    costMicros: falCostMicros(endpoint, result),
  };
}
