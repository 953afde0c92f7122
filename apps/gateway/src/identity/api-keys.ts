import { timingSafeEqual } from 'node:crypto';
import type { Executor } from '@imagegen/db/open-database';
import { findKey } from '@imagegen/db/queries/identity';
import { hashKey, keyIdOf } from '@imagegen/runtime/api-key';
import type { Principal } from './principal.ts';

/** A revoked key stops working within this time. */
const cacheMs = 5_000;
const cachedKeys = 10_000;

type Known = { principal: Principal; hash: Buffer; until: number };

/** The keys in the database. Good ones are remembered for five seconds, bad ones never. */
export class ApiKeys {
  readonly #db: Executor;
  readonly #allowDevelopmentKeys: boolean;
  readonly #onUse: (keyId: string) => void;
  readonly #known = new Map<string, Known>();
  /** Under way: thousands of subscribers with one key ask at one moment. */
  readonly #asked = new Map<string, Promise<Known | undefined>>();

  constructor(db: Executor, options: { allowDevelopmentKeys: boolean; onUse: (keyId: string) => void }) {
    this.#db = db;
    this.#allowDevelopmentKeys = options.allowDevelopmentKeys;
    this.#onUse = options.onUse;
  }

  /** Null when the key is not one of ours. */
  async principalOf(key: string): Promise<Principal | null> {
    const keyId = keyIdOf(key);
    if (!keyId || (keyId.startsWith('dev_') && !this.#allowDevelopmentKeys)) return null;
    const hash = hashKey(key);
    const known = await this.#lookUp(keyId);
    if (!known || !timingSafeEqual(known.hash, hash)) return null;
    this.#onUse(keyId);
    return known.principal;
  }

  /** Has the key looked up again at its next use. */
  forget(keyId: string): void {
    this.#known.delete(keyId);
    this.#asked.delete(keyId);
  }

  async #lookUp(keyId: string): Promise<Known | undefined> {
    const remembered = this.#known.get(keyId);
    if (remembered && remembered.until > Date.now()) return remembered;
    const asked = this.#asked.get(keyId) ?? this.#read(keyId).finally(() => this.#asked.delete(keyId));
    this.#asked.set(keyId, asked);
    return asked;
  }

  async #read(keyId: string): Promise<Known | undefined> {
    this.#known.delete(keyId);
    const row = await findKey(this.#db, keyId);
    if (!row) return undefined;
    const principal = { userId: row.user_id, role: row.role, scopes: row.scopes, keyId };
    const known = { principal, hash: row.key_hash, until: Date.now() + cacheMs };
    if (this.#known.size >= cachedKeys) this.#known.clear();
    this.#known.set(keyId, known);
    return known;
  }
}
