import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { aClaimedGeneration, aUser } from '../new-generation.fixture.ts';
import { finishGeneration } from './finish-generation.ts';
import { findGeneration, ownsImage } from './generations.ts';
import { ensureKey, findKey } from './identity.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

test('a generation and its pictures exist for their owner alone, under either id', async () => {
  const { db } = database;
  const [owner, stranger] = [await aUser(db, 'test:owner'), await aUser(db, 'test:stranger')];
  const { generation_id, request_id } = await aClaimedGeneration(db, owner);
  const sha256 = 'c'.repeat(64);
  const image = { sha256, content_type: 'image/png', width: 1, height: 1, bytes: 1, seed: null, placeholder: '' };
  expect(await ownsImage(db, owner, sha256)).toBe(false);
  const end = { status: 'completed', images: [image], creditsUsed: 0, adjustments: [] } as const;
  await finishGeneration(db, { generationId: generation_id, epoch: 1 }, { ...end, images: [image], adjustments: [] }, 's');

  for (const id of [generation_id, request_id]) {
    expect(await findGeneration(db, owner, id)).toMatchObject({ generation_id, request_id, user_id: owner });
    expect(await findGeneration(db, stranger, id)).toBeUndefined();
  }
  expect(await ownsImage(db, owner, sha256)).toBe(true);
  expect(await ownsImage(db, stranger, sha256)).toBe(false);
  expect(await ownsImage(db, owner, 'd'.repeat(64))).toBe(false);
});

test('a key stands for its user until it is revoked', async () => {
  const { db } = database;
  const key = {
    id: 'k1',
    name: 'console',
    hash: Buffer.alloc(32, 7),
    subject: 'key:console',
    role: 'admin',
    scopes: ['read', 'admin'],
  } as const;
  await Promise.all([ensureKey(db, key), ensureKey(db, key), ensureKey(db, key)]);
  expect(await findKey(db, 'k1')).toEqual({
    key_hash: key.hash,
    user_id: await aUser(db, 'key:console'),
    role: 'admin',
    scopes: key.scopes,
  });
  expect(await findKey(db, 'k2')).toBeUndefined();
  await db.updateTable('api_keys').set({ revoked_at: new Date() }).where('id', '=', 'k1').execute();
  expect(await findKey(db, 'k1')).toBeUndefined();
});
