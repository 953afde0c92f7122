import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { aUser } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { ensureUser, findKey, insertKey, listKeys, type NewKey, revokeKey, touchKeys } from './identity.ts';

let database: MigratedDatabase;
let db: Database;
let keys = 0;
beforeAll(async () => {
  database = await createMigratedDatabase();
  db = database.db;
});
afterAll(() => database[Symbol.asyncDispose]());

async function aKey(userId: number, changes: Partial<NewKey> = {}): Promise<string> {
  keys += 1;
  const id = `live_${keys}`;
  expect(await insertKey(db, { id, userId, name: 'a', hash: Buffer.alloc(32, keys), scopes: ['read'], ...changes }, 100)).toBe(true);
  return id;
}

test('a subject is one user, however many see it first at once', async () => {
  const seen = await Promise.all(Array.from({ length: 20 }, () => ensureUser(db, { subject: 'jwt:alice' })));
  expect(new Set(seen.map(({ id }) => id)).size).toBe(1);
  expect(seen[0]?.role).toBe('user');
});

test('a role that is given replaces the stored one, one that is not leaves it', async () => {
  const { id } = await ensureUser(db, { subject: 'key:bob' });
  expect(await ensureUser(db, { subject: 'key:bob', role: 'admin' })).toEqual({ id, role: 'admin' });
  expect(await ensureUser(db, { subject: 'key:bob' })).toEqual({ id, role: 'admin' });
  expect(await ensureUser(db, { subject: 'key:bob', role: 'user' })).toEqual({ id, role: 'user' });
});

test('users see their own keys, admins all', async () => {
  const [alice, bob] = [await aUser(db, 'key:a'), await aUser(db, 'key:b')];
  const [first, second] = [await aKey(alice), await aKey(bob, { scopes: ['read', 'beta'] })];
  expect((await listKeys(db, { userId: alice, limit: 10 })).map(({ id }) => id)).toEqual([first]);
  expect((await listKeys(db, { userId: null, limit: 10 })).map(({ id }) => id)).toEqual([second, first]);
  expect(await listKeys(db, { userId: null, limit: 1 })).toMatchObject([{ id: second, subject: 'key:b', scopes: ['read', 'beta'] }]);
});

test('a revoked key stands for nobody, and revoking it again keeps the time', async () => {
  const [alice, bob] = [await aUser(db, 'key:a'), await aUser(db, 'key:b')];
  const id = await aKey(alice);
  expect(await revokeKey(db, { id, userId: bob })).toBeNull();
  expect(await findKey(db, id)).toBeDefined();
  const at = await revokeKey(db, { id, userId: alice });
  expect(at).toBeInstanceOf(Date);
  expect(await revokeKey(db, { id, userId: null })).toEqual(at);
  expect(await findKey(db, id)).toBeUndefined();
  expect(await revokeKey(db, { id: 'live_none', userId: null })).toBeNull();
});

test('keys have an end, and revoked ones do not count', async () => {
  const userId = await aUser(db, 'key:many');
  const id = await aKey(userId);
  const key = { id: 'live_more', userId, name: 'b', hash: Buffer.alloc(32), scopes: ['read'] as const };
  expect(await insertKey(db, key, 1)).toBe(false);
  await revokeKey(db, { id, userId });
  expect(await insertKey(db, key, 1)).toBe(true);
});

test('use is noted at most once a minute', async () => {
  const id = await aKey(await aUser(db));
  const usedAt = async () => (await listKeys(db, { userId: null, limit: 100 })).find((key) => key.id === id)?.last_used_at;
  expect(await usedAt()).toBeNull();
  await touchKeys(db, [id, 'live_none']);
  const first = await usedAt();
  expect(first).toBeInstanceOf(Date);
  await touchKeys(db, [id]);
  expect(await usedAt()).toEqual(first);
  await sql`update api_keys set last_used_at = now() - interval '61 seconds' where id = ${id}`.execute(db);
  await touchKeys(db, [id]);
  expect((await usedAt())?.getTime()).toBeGreaterThanOrEqual(first?.getTime() ?? Number.POSITIVE_INFINITY);
});

test.for([['{}'], ['{everything}'], ['{read,root}']])('scopes %s do not exist', async ([scopes]) => {
  const userId = await aUser(db);
  const insert = sql`insert into api_keys (id, user_id, name, key_hash, scopes) values ('live_odd', ${userId}, 'x', ${Buffer.alloc(32)}, ${scopes}::text[])`;
  await expect(insert.execute(db)).rejects.toThrow(/check constraint/);
});
