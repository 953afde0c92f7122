import { createMigratedDatabase } from '@imagegen/db/migrated-database';
import { aUser } from '@imagegen/db/new-generation.fixture';
import { isSound } from '@imagegen/db/queries/check-ledger';
import { expect, test } from 'vitest';
import { openCreditStore } from './credit-store.ts';

test('on the server credits are granted once for a key, shown and checked', async () => {
  await using database = await createMigratedDatabase();
  const userId = await aUser(database.db, 'key:ann');
  await using store = await openCreditStore({ DATABASE_URL: database.url });
  const welcome = { user: 'ann', amount: 2.5, key: 'welcome', note: 'a start' };
  expect(await store.grant(welcome)).toEqual({ id: expect.any(Number), user_id: userId, amount: 2.5, replayed: false });
  expect(await store.grant(welcome)).toMatchObject({ replayed: true });
  await expect(store.grant({ ...welcome, amount: 3 })).rejects.toThrow('stands for another grant');
  await expect(store.balance('nobody')).rejects.toThrow('There is no user nobody');
  expect(await store.balance('ann')).toEqual({ available: 2.5, held: 0 });
  expect(await store.history('ann', 10)).toMatchObject([{ kind: 'grant', change: 2.5, note: 'a start' }]);
  const report = await store.check();
  expect(report).toMatchObject({ transfers: 1, sumMicros: 0 });
  expect(isSound(report)).toBe(true);
});
