import { migrate } from '@imagegen/db/migrate';
import { type Database, openDatabase } from '@imagegen/db/open-database';
import { createTestDatabase } from '@imagegen/embedded/testing';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authenticator } from './authenticator.ts';
import { ensureDevelopmentKeys } from './development-keys.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.url, applicationName: 'test', onIdleError: () => undefined });
  await migrate(db);
  await ensureDevelopmentKeys(db);
  await ensureDevelopmentKeys(db);
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

describe('the authenticator', () => {
  it('knows a key by its hash', async () => {
    const authenticator = new Authenticator(db, { allowDevelopmentKeys: true });
    const user = await authenticator.authenticate('Bearer ig_dev_user1');
    const admin = await authenticator.authenticate('bearer ig_dev_admin');
    expect(user.role).toBe('user');
    expect(admin.role).toBe('admin');
    expect(admin.userId).not.toBe(user.userId);
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
  ])('refuses %j', async (header) => {
    const authenticator = new Authenticator(db, { allowDevelopmentKeys: true });
    await expect(authenticator.authenticate(header)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('refuses development keys where they are not allowed, although they are in the table', async () => {
    const authenticator = new Authenticator(db, { allowDevelopmentKeys: false });
    await expect(authenticator.authenticate('Bearer ig_dev_admin')).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('refuses a revoked key', async () => {
    await sql`update api_keys set revoked_at = now() where id = 'dev_user2'`.execute(db);
    const authenticator = new Authenticator(db, { allowDevelopmentKeys: true });
    await expect(authenticator.authenticate('Bearer ig_dev_user2')).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('keeps no key in the table', async () => {
    const { rows } = await sql<{ text: string }>`select api_keys::text as text from api_keys`.execute(db);
    expect(JSON.stringify(rows)).not.toContain('ig_dev_');
  });
});
