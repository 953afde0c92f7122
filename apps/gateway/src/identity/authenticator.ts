import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError } from '@imagegen/core/errors/app-error';
import type { Executor } from '@imagegen/db/open-database';
import { findKey } from '@imagegen/db/queries/identity';
import type { Principal } from './principal.ts';

/** A revoked key stops working within this time. */
const cacheMs = 5_000;
const cachedKeys = 10_000;

/** `ig_<environment>_<id>` with `_<secret>` behind it, except for the development keys, which everybody knows. */
const keyForm = /^ig_([a-z]+)_([a-z0-9]+)(_[A-Za-z0-9_-]{32,})?$/;

export function keyIdOf(key: string): string | null {
  const [, environment, id] = keyForm.exec(key) ?? [];
  return environment && id ? `${environment}_${id}` : null;
}

/** Keys are 256 random bits, so one round of SHA-256 is enough to keep them. */
export function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

type Known = { principal: Principal; hash: Buffer; until: number };

/** Turns `Authorization: Bearer ig_…` into a principal. Good keys are remembered for five seconds, bad ones never. */
export class Authenticator {
  readonly #db: Executor;
  readonly #allowDevelopmentKeys: boolean;
  readonly #known = new Map<string, Known>();

  constructor(db: Executor, options: { allowDevelopmentKeys: boolean }) {
    this.#db = db;
    this.#allowDevelopmentKeys = options.allowDevelopmentKeys;
  }

  /** Throws UNAUTHORIZED. */
  async authenticate(authorization: string | undefined): Promise<Principal> {
    const [scheme, key, ...rest] = authorization?.split(' ') ?? [];
    if (!key || rest.length > 0 || scheme?.toLowerCase() !== 'bearer')
      throw unauthorized('Send an API key as "Authorization: Bearer <key>".');
    const keyId = keyIdOf(key);
    if (!keyId || (keyId.startsWith('dev_') && !this.#allowDevelopmentKeys)) throw unauthorized('The API key is not valid.');
    const hash = hashKey(key);
    const known = await this.#lookUp(keyId);
    if (!known || !timingSafeEqual(known.hash, hash)) throw unauthorized('The API key is not valid.');
    return known.principal;
  }

  async #lookUp(keyId: string): Promise<Known | undefined> {
    const remembered = this.#known.get(keyId);
    if (remembered && remembered.until > Date.now()) return remembered;
    this.#known.delete(keyId);
    const row = await findKey(this.#db, keyId);
    if (!row) return undefined;
    const known = { principal: { userId: row.user_id, role: row.role, keyId }, hash: row.key_hash, until: Date.now() + cacheMs };
    if (this.#known.size >= cachedKeys) this.#known.clear();
    this.#known.set(keyId, known);
    return known;
  }
}

function unauthorized(message: string): AppError {
  return new AppError('UNAUTHORIZED', message);
}
