import type { Client } from './create-client.ts';
import { GenerationFailedError } from './generation-failed-error.ts';
import { randomKey } from './idempotency-key.ts';
import { pollStatus } from './poll-status.ts';
import type { Accepted, GenerationInput, GenerationOutput } from './procedure-types.ts';
import { retry } from './retry.ts';
import { watchEvents } from './watch-events.ts';

/** `progress` in percent; `queue_position` while the provider makes us wait. */
export type GenerationProgress = Pick<GenerationOutput, 'generation_id' | 'request_id' | 'status' | 'progress'> & {
  queue_position?: number | undefined;
};

type WaitOptions = {
  /** Called at every event. */
  onProgress?: (progress: GenerationProgress) => void;
  /** Ends the waiting, not the generation: it goes on and can be asked for by its ids. */
  signal?: AbortSignal;
  /** How long the gateway may stay away, default 60 s. */
  patienceMs?: number;
};

export type GenerateOptions = WaitOptions & {
  /** Called once the generation is stored: from here on it cannot get lost. */
  onAccepted?: (accepted: Accepted) => void;
};

const defaultPatienceMs = 60_000;

/**
 * Submits a generation and waits for its picture. The engine is `input.engine`, or chosen by the gateway.
 * Always sends an idempotency key, so that a submission whose answer was lost is sent again without a second picture.
 * @returns the canonical output, `completed`
 * @throws GenerationFailedError when it ended `failed`; GatewayError when it was refused or the gateway stays away; the signal's reason
 */
export async function generateAndWait(client: Client, input: GenerationInput, options: GenerateOptions = {}): Promise<GenerationOutput> {
  const { onAccepted, signal, patienceMs = defaultPatienceMs } = options;
  const keyed = { ...input, idempotency_key: input.idempotency_key ?? randomKey() };
  signal?.throwIfAborted();
  const accepted = await retry((callSignal) => client.smart.generate.mutate(keyed, { signal: callSignal }), { patienceMs, signal });
  onAccepted?.(accepted);
  return waitForGeneration(client, accepted.generation_id, options);
}

/** Waits for a generation that was accepted earlier, by either id. Returns and throws as `generateAndWait`. */
export async function waitForGeneration(client: Client, id: string, options: WaitOptions = {}): Promise<GenerationOutput> {
  const { onProgress, signal, patienceMs = defaultPatienceMs } = options;
  const tell = (progress: GenerationProgress) => onProgress?.(progress);
  await watchEvents(client, id, { onEvent: tell, signal });
  const output = await pollStatus(client, id, { onOutput: tell, patienceMs, signal });
  if (output.status === 'failed') throw new GenerationFailedError(output);
  return output;
}
