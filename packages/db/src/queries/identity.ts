import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';
import type { Role, Scope } from '../tables.ts';

export type KeyRow = { key_hash: Buffer; user_id: number; role: Role; scopes: Scope[] };

export async function findKey(db: Executor, keyId: string): Promise<KeyRow | undefined> {
  return db
    .selectFrom('api_keys')
    .innerJoin('users', 'users.id', 'api_keys.user_id')
    .select(['api_keys.key_hash', 'api_keys.user_id', 'users.role', 'api_keys.scopes'])
    .where('api_keys.id', '=', keyId)
    .where('api_keys.revoked_at', 'is', null)
    .executeTakeFirst();
}

/** The user behind a subject, made on first sight. A role that is given replaces the stored one. */
export async function ensureUser(db: Executor, user: { subject: string; role?: Role | undefined }): Promise<{ id: number; role: Role }> {
  const known = await db.selectFrom('users').select(['id', 'role']).where('subject', '=', user.subject).executeTakeFirst();
  if (known && (user.role === undefined || user.role === known.role)) return known;
  return db
    .insertInto('users')
    .values(user.role ? { subject: user.subject, role: user.role } : { subject: user.subject })
    .onConflict((conflict) =>
      conflict.column('subject').doUpdateSet((eb) => ({ role: user.role ? eb.ref('excluded.role') : eb.ref('users.role') })),
    )
    .returning(['id', 'role'])
    .executeTakeFirstOrThrow();
}

export async function findUser(db: Executor, userId: number): Promise<{ id: number; role: Role } | undefined> {
  return db.selectFrom('users').select(['id', 'role']).where('id', '=', userId).executeTakeFirst();
}

export async function findUserBySubject(db: Executor, subject: string): Promise<{ id: number } | undefined> {
  return db.selectFrom('users').select('id').where('subject', '=', subject).executeTakeFirst();
}

export type NewKey = { id: string; userId: number; name: string; hash: Buffer; scopes: readonly Scope[] };

/** False when the user has `mostKeys` that are not revoked. */
export async function insertKey(db: Executor, key: NewKey, mostKeys: number): Promise<boolean> {
  const { rows } = await sql`
    insert into api_keys (id, user_id, name, key_hash, scopes)
    select ${key.id}, ${key.userId}::bigint, ${key.name}, ${key.hash}::bytea, ${[...key.scopes]}::text[]
    where (select count(*) from api_keys where user_id = ${key.userId} and revoked_at is null) < ${mostKeys}
    returning id`.execute(db);
  return rows.length > 0;
}

/** Makes sure the user and the key exist with this role and these scopes; calling it again changes nothing. */
export async function ensureKey(
  db: Executor,
  key: { id: string; name: string; hash: Buffer; subject: string; role: Role; scopes: readonly Scope[] },
): Promise<void> {
  await sql`
    with owner as (
      insert into users (subject, role) values (${key.subject}, ${key.role})
      on conflict (subject) do update set role = excluded.role
      returning id
    )
    insert into api_keys (id, user_id, name, key_hash, scopes)
    select ${key.id}, id, ${key.name}, ${key.hash}, ${[...key.scopes]}::text[] from owner
    on conflict (id) do update set scopes = excluded.scopes`.execute(db);
}

/** Newest first; of one user, or of all when `userId` is null. */
export async function listKeys(db: Executor, { userId, limit }: { userId: number | null; limit: number }) {
  return db
    .selectFrom('api_keys')
    .innerJoin('users', 'users.id', 'api_keys.user_id')
    .select([
      'api_keys.id',
      'api_keys.name',
      'api_keys.user_id',
      'users.subject',
      'users.role',
      'api_keys.scopes',
      'api_keys.created_at',
      'api_keys.last_used_at',
      'api_keys.revoked_at',
    ])
    .$if(userId !== null, (query) => query.where('api_keys.user_id', '=', userId))
    .orderBy('api_keys.created_at', 'desc')
    .orderBy('api_keys.id')
    .limit(limit)
    .execute();
}

export type ListedKey = Awaited<ReturnType<typeof listKeys>>[number];

/** When the key was revoked, now or before; null when there is no such key, or it is not of this user (`userId` null: of anybody). */
export async function revokeKey(db: Executor, { id, userId }: { id: string; userId: number | null }): Promise<Date | null> {
  const row = await db
    .updateTable('api_keys')
    .set({ revoked_at: sql<Date>`coalesce(revoked_at, now())` })
    .where('id', '=', id)
    .$if(userId !== null, (query) => query.where('user_id', '=', userId))
    .returning('revoked_at')
    .executeTakeFirst();
  return row?.revoked_at ?? null;
}

/** Notes that these keys were used, for each at most once a minute. */
export async function touchKeys(db: Executor, ids: readonly string[]): Promise<void> {
  await sql`
    update api_keys set last_used_at = now()
    where id = any(${ids}::text[]) and (last_used_at is null or last_used_at < now() - interval '1 minute')`.execute(db);
}
