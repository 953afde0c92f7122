import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import * as z from 'zod';

/** A webhook is believed for five minutes around its timestamp (fal docs: webhooks). */
const toleranceSeconds = 300;
const cacheMs = 24 * 3_600_000;
const refetchMs = 60_000;

const jwksSchema = z.object({ keys: z.array(z.object({ x: z.string() })).min(1) });

export type SignedWebhook = { headers: Record<string, string | string[] | undefined>; rawBody: Buffer };

/** Checks fal's Ed25519 signatures against its published keys: fetched once for many, at most once a minute, kept for a day. */
export class FalSignatures {
  readonly #jwksUrl: string;
  #keys: KeyObject[] = [];
  #fetchedAt = 0;
  #fetching: Promise<void> | undefined;

  constructor(jwksUrl: string) {
    this.#jwksUrl = jwksUrl;
  }

  /** Rejects when no key could ever be fetched: then nobody can tell, and fal will call again. */
  async verify({ headers, rawBody }: SignedWebhook, now: number = Date.now()): Promise<boolean> {
    const requestId = headers['x-fal-webhook-request-id'];
    const userId = headers['x-fal-webhook-user-id'];
    const timestamp = headers['x-fal-webhook-timestamp'];
    const signature = headers['x-fal-webhook-signature'];
    if (typeof requestId !== 'string' || typeof userId !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string')
      return false;
    if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now / 1000 - Number(timestamp)) > toleranceSeconds) return false;
    if (!/^[0-9a-f]{128}$/i.test(signature)) return false;
    const message = Buffer.from([requestId, userId, timestamp, createHash('sha256').update(rawBody).digest('hex')].join('\n'));
    const matches = () => this.#keys.some((key) => verify(null, message, key, Buffer.from(signature, 'hex')));
    if (now - this.#fetchedAt > cacheMs) await this.#fetch(now);
    if (matches()) return true;
    if (now - this.#fetchedAt < refetchMs) return false;
    await this.#fetch(now);
    return matches();
  }

  #fetch(now: number): Promise<void> {
    this.#fetching ??= this.#read()
      .then((keys) => {
        this.#keys = keys;
        this.#fetchedAt = now;
      })
      .catch((error: unknown) => {
        if (this.#keys.length === 0) throw error;
        this.#fetchedAt = now;
      })
      .finally(() => {
        this.#fetching = undefined;
      });
    return this.#fetching;
  }

  async #read(): Promise<KeyObject[]> {
    const answer = await fetch(this.#jwksUrl, { signal: AbortSignal.timeout(5_000), redirect: 'error' });
    if (!answer.ok) throw new Error(`the key set answered ${answer.status}`);
    const { keys } = jwksSchema.parse(await answer.json());
    return keys.map(({ x }) => createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: x.replace(/=+$/, '') }, format: 'jwk' }));
  }
}
