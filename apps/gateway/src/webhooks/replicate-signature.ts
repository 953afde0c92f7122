import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@imagegen/runtime/secret';
import { isCurrent, type SignedWebhook, singleHeaders } from './signed-webhook.ts';

const headerNames = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

/** No period: the signed text is `id.timestamp.body`, and must not be readable in another way. */
const idPattern = /^[^.\s]{1,200}$/;

/** `whsec_` and the key in base64, as `GET /v1/webhooks/default/secret` of Replicate gives it: 24 bytes or more. */
export const webhookSecretPattern = /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/;

/**
 * The id of a delivery that Replicate signed (Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`); null when it did not. The header lists
 * one signature or, while secrets change, several; each is compared in constant time.
 */
export function genuineReplicateId(webhook: SignedWebhook, secret: Secret, nowMs: number = Date.now()): string | null {
  const given = singleHeaders(webhook, headerNames);
  if (!given) return null;
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = given;
  if (!idPattern.test(id) || !isCurrent(timestamp, nowMs)) return null;
  const key = Buffer.from(secret.reveal().slice('whsec_'.length), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(webhook.rawBody).digest();
  const matches = signatures.split(' ').filter((listed) => isSame(listed, expected));
  return matches.length > 0 ? id : null;
}

function isSame(listed: string, expected: Buffer): boolean {
  const signature = listed.startsWith('v1,') ? Buffer.from(listed.slice('v1,'.length), 'base64') : Buffer.alloc(0);
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}
