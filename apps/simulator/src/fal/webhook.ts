import type { Submission } from '../ledger.ts';
import type { Plant } from '../plant.ts';
import type { Courier } from '../webhook.ts';
import { falResult } from './answers.ts';
import type { FalSigner } from './signature.ts';

/** Announces a settled run: `OK` with the output or `ERROR` with the error body as payload. */
export async function announceFalResult(
  submission: Submission,
  plant: Plant,
  { courier, signer }: { courier: Courier; signer: FalSigner },
): Promise<void> {
  if (!submission.webhook) return;
  const { status, body: payload } = await falResult(submission, plant);
  const verdict = status === 200 ? { status: 'OK' } : { status: 'ERROR', error: `Invalid status code: ${status}` };
  const body = JSON.stringify({ request_id: submission.id, gateway_request_id: submission.id, ...verdict, payload });
  courier.deliver({ url: submission.webhook.url, body, sign: () => signer.headersFor(submission.id, body), retries: true });
}
