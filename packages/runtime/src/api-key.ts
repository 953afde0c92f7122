import { hash, randomBytes } from 'node:crypto';

/** `ig_<environment>_<id>` with `_<secret>` behind it, except for the development keys, which everybody knows. */
const keyForm = /^ig_([a-z]+)_([a-z0-9]+)(_[A-Za-z0-9_-]{43})?$/;

/** The part of a key that may be shown: `<environment>_<id>`. Null when it is no key. */
export function keyIdOf(key: string): string | null {
  const [, environment, id] = keyForm.exec(key) ?? [];
  return environment && id ? `${environment}_${id}` : null;
}

/** Keys are 256 random bits, so one round of SHA-256 is enough to keep them. */
export function hashKey(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}

/** A new key; what is stored of it are `id` and `hash`. */
export function newApiKey(): { key: string; id: string; hash: Buffer } {
  const id = `live_${randomBytes(8).toString('hex')}`;
  const key = `ig_${id}_${randomBytes(32).toString('base64url')}`;
  return { key, id, hash: hashKey(key) };
}
