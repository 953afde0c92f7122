import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';

export type KeyRow = { key_hash: Buffer; user_id: number; role: 'user' | 'admin' };

export async function findKey(db: Executor, keyId: string): Promise<KeyRow | undefined> {
  return db
    .selectFrom('api_keys')
    .innerJoin('users', 'users.id', 'api_keys.user_id')
    .select(['api_keys.key_hash', 'api_keys.user_id', 'users.role'])
    .where('api_keys.id', '=', keyId)
    .where('api_keys.revoked_at', 'is', null)
    .executeTakeFirst();
}

/** Makes sure the user and the key exist; calling it again changes nothing. */
export async function ensureKey(
  db: Executor,
  key: { id: string; name: string; hash: Buffer; subject: string; role: 'user' | 'admin' },
): Promise<void> {
  await sql`
    with owner as (
      insert into users (subject, role) values (${key.subject}, ${key.role})
      on conflict (subject) do update set role = excluded.role
      returning id
    )
    insert into api_keys (id, user_id, name, key_hash)
    select ${key.id}, id, ${key.name}, ${key.hash} from owner
    on conflict (id) do nothing`.execute(db);
}
