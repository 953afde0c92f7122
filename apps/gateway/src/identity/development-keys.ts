import type { Executor } from '@imagegen/db/open-database';
import { ensureKey } from '@imagegen/db/queries/identity';
import { hashKey, keyIdOf } from '@imagegen/runtime/api-key';

/** Keys that everybody knows, for development only: the authenticator refuses them in production. */
const developmentKeys = [
  { key: 'ig_dev_user1', role: 'user', scopes: ['read', 'generate', 'beta'] },
  { key: 'ig_dev_user2', role: 'user', scopes: ['read', 'generate', 'beta'] },
  { key: 'ig_dev_admin', role: 'admin', scopes: ['read', 'generate', 'beta', 'admin'] },
] as const;

export const developmentKeyNames: readonly string[] = developmentKeys.map(({ key }) => key);

export async function ensureDevelopmentKeys(db: Executor): Promise<void> {
  for (const { key, role, scopes } of developmentKeys) {
    const id = keyIdOf(key);
    if (id) await ensureKey(db, { id, name: 'development', hash: hashKey(key), subject: `key:${key}`, role, scopes });
  }
}
