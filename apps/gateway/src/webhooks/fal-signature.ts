import { createHash, type KeyObject, verify } from 'node:crypto';
import { FalKeys } from './fal-keys.ts';
import { isCurrent, type SignedWebhook, singleHeaders } from './signed-webhook.ts';

const headerNames = ['x-fal-webhook-request-id', 'x-fal-webhook-user-id', 'x-fal-webhook-timestamp', 'x-fal-webhook-signature'] as const;

/** Checks fal's Ed25519 signatures against its published keys (fal docs: webhooks). */
export class FalSignatures {
  readonly #keys: FalKeys;
  readonly #userId: string | null;

  /** @param userId our account at fal: fal signs for all its customers with the same keys. Null: any account's. */
  constructor(jwksUrl: string, userId: string | null = null) {
    this.#keys = new FalKeys(jwksUrl);
    this.#userId = userId;
  }

  /** Rejects when no key could ever be fetched: then nobody can tell, and fal will call again. */
  async verify(webhook: SignedWebhook, nowMs: number = Date.now()): Promise<boolean> {
    const given = singleHeaders(webhook, headerNames);
    if (!given) return false;
    const [requestId, userId, timestamp, signature] = headerNames.map((name) => given[name]) as [string, string, string, string];
    if (this.#userId !== null && userId !== this.#userId) return false;
    if (!isCurrent(timestamp, nowMs) || !/^[0-9a-f]{128}$/i.test(signature)) return false;
    const message = Buffer.from([requestId, userId, timestamp, createHash('sha256').update(webhook.rawBody).digest('hex')].join('\n'));
    const matches = (key: KeyObject) => verify(null, message, key, Buffer.from(signature, 'hex'));
    const known = await this.#keys.current(nowMs);
    if (known.some(matches)) return true;
    const published = await this.#keys.fresh(nowMs);
    return published !== known && published.some(matches);
  }
}
