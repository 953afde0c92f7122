import { AppError } from '@imagegen/core/errors/app-error';
import { type ErrorCode, errorCodes } from '@imagegen/core/errors/error-codes';
import type { GenerationOutput } from '@imagegen/core/generation/output';
import { isTerminal } from '@imagegen/core/generation/status';
import type { GatewayContext } from '../context.ts';
import type { Principal } from '../identity/principal.ts';
import { readRow } from './get-generation.ts';
import { presentGeneration } from './present-generation.ts';

type Waiting = Pick<GatewayContext, 'db' | 'links' | 'events'>;

/** How long doors that answer with the picture itself hold the line: less than the minute that proxies allow. */
const limitMs = 55_000;
/** Looked at without an announcement this often. */
const lookAgainMs = 1_000;

/**
 * The canonical output of a generation that has its pictures.
 * @throws AppError WAIT_TIMEOUT with its ids when it takes longer: it goes on. A failed one throws its own error.
 */
export async function waitForGeneration(
  context: Waiting,
  principal: Principal,
  { id, timeoutMs = limitMs }: { id: string; timeoutMs?: number },
): Promise<GenerationOutput> {
  const endsAt = performance.now() + timeoutMs;
  for (;;) {
    const row = await readRow(context, principal, id);
    const output = presentGeneration(row, context.links);
    if (isTerminal(row.status)) return completedOf(output);
    const leftMs = endsAt - performance.now();
    if (leftMs <= 0) throw stillWaiting(output);
    await context.events.changed(row.generation_id, { afterSeq: row.event_seq, timeoutMs: Math.min(leftMs, lookAgainMs) });
  }
}

/** The output, or the error it ended with. */
function completedOf(output: GenerationOutput): GenerationOutput {
  if (output.status === 'completed') return output;
  const code = output.error?.code ?? '';
  throw new AppError(isErrorCode(code) ? code : 'PROVIDER_ERROR', output.error?.message ?? 'The generation failed.', {
    details: { ...output.error?.details, ...idsOf(output) },
  });
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code);
}

function stillWaiting(output: GenerationOutput): AppError {
  return new AppError('WAIT_TIMEOUT', 'The picture is not ready yet; it goes on and can be looked up by its ids.', {
    details: { ...idsOf(output), poll_url: output.poll_url },
  });
}

function idsOf({ generation_id, request_id }: GenerationOutput): Record<string, unknown> {
  return { generation_id, request_id };
}
