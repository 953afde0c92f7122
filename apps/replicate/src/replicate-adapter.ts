import { setTimeout as pause } from 'node:timers/promises';
import { engines } from '@imagegen/core/engines/catalogue';
import { MalformedAnswerError } from '@imagegen/core/errors/malformed-answer-error';
import { actualCostMicros } from '@imagegen/core/estimate/actual-cost';
import { type Prediction, readPrediction } from '@imagegen/core/mapping/replicate/read-prediction';
import type { ProviderAdapter, SubmissionReference, SubmissionState } from '@imagegen/worker/provider-adapter';
import type { ProviderEndpoint } from '@imagegen/worker/provider-endpoint';
import { ProviderError } from '@imagegen/worker/provider-error';
import { findPrediction } from './find-prediction.ts';
import { createReplicateClient } from './replicate-client.ts';
import { createError, endError, readLook } from './replicate-errors.ts';

/** An answer that makes no sense is asked for this often before it is believed. */
const looks = 5;
const firstPauseMs = 100;

/** Replicate's predictions. One whose answer is lost is found again in the list of predictions. */
export function createReplicateAdapter(endpoint: ProviderEndpoint): ProviderAdapter {
  const client = createReplicateClient(endpoint);
  return {
    provider: 'replicate',
    resultHosts: ['replicate.delivery', '*.replicate.delivery'],
    trustedOrigins: [new URL(endpoint.baseUrl).origin],
    inlinesReferences: false,
    onUnknown: 'fail',

    async submit({ call, callbackUrl, signal }) {
      const answer = await client.create({ endpoint: call.endpoint, body: call.body, callbackUrl, signal });
      const created = answer.status < 300 ? readCreated(answer.json) : null;
      if (!created) throw createError(answer);
      return { kind: 'submitted', providerRequestId: created.id, urls: knownUrls(created.urls) };
    },

    async check(reference, signal) {
      for (let look = 1; ; look += 1) {
        try {
          return toState(reference, readLook(await client.get(reference, signal), readPrediction));
        } catch (error) {
          if (!(error instanceof ProviderError) || error.kind !== 'malformed') throw error;
          if (look === looks) return { kind: 'failed', error };
          await pause(look * firstPauseMs, undefined, { signal });
        }
      }
    },

    async find(lost, signal) {
      const found = await findPrediction({ client, baseUrl: endpoint.baseUrl, lost, signal });
      return found && { providerRequestId: found.id, urls: knownUrls(found.urls ?? {}), endpoint: lost.call.endpoint };
    },

    async cancel(reference) {
      await client.cancel(reference);
    },
  };
}

function readCreated(json: unknown): Prediction | null {
  try {
    return readPrediction(json);
  } catch (error) {
    if (error instanceof MalformedAnswerError) return null;
    throw error;
  }
}

/** A version is paid by the second it ran, a model by the picture. */
function costWithoutPictures({ kind, predictTimeSeconds }: Prediction, endpoint: string): number {
  if (kind === 'aborted') return 0;
  return actualCostMicros(engines.replicate, { kind: 'replicate-prediction', endpoint, images: 0, predictTimeSeconds });
}

function knownUrls({ get, cancel }: { get?: string | null | undefined; cancel?: string | null | undefined }): Record<string, string> {
  return { ...(get && { get }), ...(cancel && { cancel }) };
}

function toState({ endpoint }: SubmissionReference, prediction: Prediction): SubmissionState {
  switch (prediction.kind) {
    case 'starting':
      return { kind: 'queued', position: null };
    case 'processing':
      return { kind: 'running', progress: prediction.progress };
    case 'succeeded': {
      const { outputs, predictTimeSeconds } = prediction;
      const billed = { kind: 'replicate-prediction', endpoint, images: outputs.length, predictTimeSeconds } as const;
      const images = outputs.map((url) => ({ kind: 'url', url, blocked: false }) as const);
      return { kind: 'succeeded', output: { images, seed: null, costMicros: actualCostMicros(engines.replicate, billed) } };
    }
    default:
      return { kind: 'failed', error: endError(prediction, costWithoutPictures(prediction, endpoint)) };
  }
}
