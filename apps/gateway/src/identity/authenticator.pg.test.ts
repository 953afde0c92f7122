import { createMigratedDatabase, type MigratedDatabase } from '@imagegen/db/migrated-database';
import type { Database } from '@imagegen/db/open-database';
import { ensureUser, insertKey, revokeKey } from '@imagegen/db/queries/identity';
import { newApiKey } from '@imagegen/runtime/api-key';
import { Secret } from '@imagegen/runtime/secret';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeys } from './api-keys.ts';
import { Authenticator } from './authenticator.ts';
import { ensureDevelopmentKeys } from './development-keys.ts';
import { KeyUsage } from './key-usage.ts';
import { KnownUsers } from './known-users.ts';
import { Tickets } from './tickets.ts';

let database: MigratedDatabase;
let db: Database;
const usage = new KeyUsage();

beforeAll(async () => {
  database = await createMigratedDatabase();
  db = database.db;
  await ensureDevelopmentKeys(db);
  await ensureDevelopmentKeys(db);
});
afterAll(() => database[Symbol.asyncDispose]());

function open({ allowDevelopmentKeys = true, allowAnonymous = false } = {}) {
  const keys = new ApiKeys(db, { allowDevelopmentKeys, onUse: (keyId) => usage.note(keyId) });
  const tickets = new Tickets(new Secret('test'));
  return { keys, tickets, authenticator: new Authenticator({ keys, tokens: null, tickets, users: new KnownUsers(db), allowAnonymous }) };
}

async function aKey(scopes: readonly ('read' | 'generate')[] = ['read']) {
  const { key, id, hash } = newApiKey();
  const { id: userId } = await ensureUser(db, { subject: 'key:tester' });
  await insertKey(db, { id, userId, name: 'test', hash, scopes }, 100);
  return { key, id, userId };
}

const unauthorized = { code: 'UNAUTHORIZED' };

describe('the authenticator', () => {
  it('knows a key by its hash, with its rights', async () => {
    const { authenticator } = open();
    const user = await authenticator.authenticate('Bearer ig_dev_user1');
    const admin = await authenticator.authenticate('bearer ig_dev_admin');
    expect(user).toMatchObject({ role: 'user', scopes: ['read', 'generate', 'beta'], keyId: 'dev_user1' });
    expect(admin).toMatchObject({ role: 'admin', scopes: ['read', 'generate', 'beta', 'admin'] });
    expect(admin.userId).not.toBe(user.userId);
  });

  it('knows a new key, of the documented form', async () => {
    const { key, id, userId } = await aKey(['read', 'generate']);
    expect(key).toMatch(/^ig_live_[0-9a-z]+_[\w-]{43}$/);
    expect(await open().authenticator.authenticate(`Bearer ${key}`)).toEqual({
      userId,
      role: 'user',
      scopes: ['read', 'generate'],
      keyId: id,
    });
  });

  it.each([
    undefined,
    '',
    'ig_dev_user1',
    'Basic ig_dev_user1',
    'Bearer',
    'Bearer ',
    'Bearer ig_dev_nobody',
    'Bearer ig_dev_user1 ig_dev_admin',
    `Bearer ig_dev_user1_${'x'.repeat(43)}`,
    'Bearer ig_live_user1',
    "Bearer ig_dev_user1'--",
    'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.',
  ])('refuses %j', async (header) => {
    await expect(open().authenticator.authenticate(header)).rejects.toMatchObject(unauthorized);
  });

  it('refuses the right id with another secret, and the id alone', async () => {
    const { key, id } = await aKey();
    const { authenticator } = open();
    const last = key.at(-1) === 'A' ? 'E' : 'A';
    for (const wrong of [`${key.slice(0, -1)}${last}`, `ig_${id}`])
      await expect(authenticator.authenticate(`Bearer ${wrong}`)).rejects.toMatchObject(unauthorized);
  });

  it('refuses development keys where they are not allowed, although they are in the table', async () => {
    const { authenticator } = open({ allowDevelopmentKeys: false });
    await expect(authenticator.authenticate('Bearer ig_dev_admin')).rejects.toMatchObject(unauthorized);
  });

  it('refuses a revoked key, at once where it was revoked', async () => {
    const { key, id } = await aKey();
    const { authenticator, keys } = open();
    await authenticator.authenticate(`Bearer ${key}`);
    await revokeKey(db, { id, userId: null });
    keys.forget(id);
    await expect(authenticator.authenticate(`Bearer ${key}`)).rejects.toMatchObject(unauthorized);
  });

  it('keeps no key in the table', async () => {
    const { key } = await aKey();
    const { rows } = await sql<{ text: string }>`select api_keys::text as text from api_keys`.execute(db);
    expect(JSON.stringify(rows)).not.toContain('ig_dev_');
    expect(JSON.stringify(rows)).not.toContain(key.slice(-43));
  });

  it('notes the use of good keys alone, and later than the request', async () => {
    const { key, id } = await aKey();
    const other = await aKey();
    const { authenticator } = open();
    await authenticator.authenticate(`Bearer ${key}`);
    await authenticator.authenticate(`Bearer ${other.key.slice(0, -5)}wrong`).catch(() => undefined);
    await usage.flush(db);
    const { rows } = await sql<{ id: string }>`select id from api_keys where last_used_at is not null`.execute(db);
    expect(rows.map((row) => row.id)).toContain(id);
    expect(rows.map((row) => row.id)).not.toContain(other.id);
  });

  it('lets a ticket read, and nothing else', async () => {
    const { authenticator, tickets } = open();
    const ticket = tickets.issue({ userId: 7, role: 'admin' });
    expect(authenticator.authenticateTicket(ticket)).toEqual({ userId: 7, role: 'admin', scopes: ['read'], keyId: null });
    expect(() => authenticator.authenticateTicket(`${ticket}x`)).toThrow(expect.objectContaining(unauthorized));
    await expect(authenticator.authenticate(`Bearer ${ticket}`)).rejects.toMatchObject(unauthorized);
  });

  it('has one anonymous principal, where the operator allows it', async () => {
    await expect(open().authenticator.anonymous()).rejects.toMatchObject(unauthorized);
    const { authenticator } = open({ allowAnonymous: true });
    const [first, second] = [await authenticator.anonymous(), await open({ allowAnonymous: true }).authenticator.anonymous()];
    expect(first).toEqual(second);
    expect(first).toMatchObject({ role: 'user', scopes: ['read', 'generate'] });
  });
});
