import type { Submission } from '../ledger.ts';
import type { Plant } from '../plant.ts';
import type { Courier } from '../webhook.ts';
import { falResult } from './answers.ts';
import type { FalSigner } from './signature.ts';

/** Announces a settled run: `OK` with the output or `ERROR` with the error body as payload. */
export function announceFalResult(
  submission: Submission,
  plant: Plant,
  { courier, signer }: { courier: Courier; signer: FalSigner },
): void {
  const { id, webhook, scenario } = submission;
  if (!webhook) return;
  const sign = ({ body, atMs }: { body: string; atMs: number }) => signer.headersFor(id, body, atMs);
  courier.deliver({ about: id, url: webhook.url, body: bodyOf(submission, plant), sign, retries: true, scenario });
}

async function bodyOf(submission: Submission, plant: Plant): Promise<string> {
  const { status, body: payload } = await falResult(submission, plant);
  const verdict = status === 200 ? { status: 'OK' } : { status: 'ERROR', error: `Invalid status code: ${status}` };
  return JSON.stringify({ request_id: submission.id, gateway_request_id: submission.id, ...verdict, payload });
}
