import { createPublicKey, type KeyObject } from 'node:crypto';
import * as z from 'zod';

const cacheMs = 24 * 3_600_000;
const refetchMs = 60_000;
const timeoutMs = 5_000;

const jwksSchema = z.object({ keys: z.array(z.unknown()) });
const keySchema = z.object({ x: z.string(), kty: z.literal('OKP').default('OKP'), crv: z.literal('Ed25519').default('Ed25519') });

/**
 * fal's published keys. However many ask, one fetch is under way at most, none begins within a minute of the last one, well or ill, and what
 * was fetched once stays good while the key set cannot be had. Times are epoch milliseconds.
 */
export class FalKeys {
  readonly #url: string;
  #keys: readonly KeyObject[] = [];
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  /** Not older than a day, if that can be helped. Rejects when no key was ever to be had. */
  async current(now: number): Promise<readonly KeyObject[]> {
    return now - this.#fetchedAt > cacheMs ? this.fresh(now) : this.#keys;
  }

  /** As published within the last minute, if that can be helped: the key of an unknown signature may be a new one. */
  async fresh(now: number): Promise<readonly KeyObject[]> {
    if (!this.#fetching && now - this.#triedAt >= refetchMs) {
      this.#triedAt = now;
      this.#fetching = this.#fetch(now).finally(() => {
        this.#fetching = undefined;
      });
    }
    // Why a fetch failed is of interest only while there is no key at all.
    await this.#fetching?.catch((error: unknown) => {
      if (this.#keys.length === 0) throw error;
    });
    if (this.#keys.length === 0) throw new Error('the key set could not be had a moment ago');
    return this.#keys;
  }

  async #fetch(now: number): Promise<void> {
    const answer = await fetch(this.#url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
    if (!answer.ok) throw new Error(`the key set answered ${answer.status}`);
    const published = jwksSchema.parse(await answer.json()).keys.flatMap(readKey);
    if (published.length === 0) throw new Error('the key set has no Ed25519 key');
    this.#keys = published;
    this.#fetchedAt = now;
  }
}

/** Keys of other kinds are passed over. fal pads `x`, which JWK does not. */
function readKey(published: unknown): KeyObject[] {
  const key = keySchema.safeParse(published);
  if (!key.success) return [];
  try {
    return [createPublicKey({ key: { ...key.data, x: key.data.x.replace(/=+$/, '') }, format: 'jwk' })];
  } catch {
    return [];
  }
}
