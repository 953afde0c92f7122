import { createMigratedDatabase } from '@imagegen/db/migrated-database';
import { aGeneration, aUser } from '@imagegen/db/new-generation.fixture';
import { acceptGenerations } from '@imagegen/db/queries/accept-generations';
import { createLogger } from '@imagegen/runtime/logger';
import { expect, test, vi } from 'vitest';
import { HealthBoard } from '../engines/health-board.ts';
import { startReadingProviderCaps } from './read-provider-caps.ts';

test('a provider at its cap takes nothing new, whichever gateway spent it; what is accepted stays where it is', async () => {
  await using database = await createMigratedDatabase();
  const { db } = database;
  const terms = { metered: false, dailyCapPerUserMicros: null, dailyCapPerProviderMicros: 100_000 };
  const [first, second] = [aGeneration(await aUser(db), { hold_micros: 90_000 }), aGeneration(await aUser(db), { hold_micros: 90_000 })];
  expect((await acceptGenerations(db, [first], terms)).accepted).toHaveLength(1);
  expect((await acceptGenerations(db, [second], terms)).refused).toMatchObject([{ refused_by: 'provider:fal', room_micros: 10_000 }]);

  const board = new HealthBoard();
  await using _ = startReadingProviderCaps(board, { db, logger: createLogger('test', 'silent'), capMicros: 100_000 });
  await vi.waitFor(() => expect(board.forNew['flux-standard']).toMatchObject({ state: 'off', reason: expect.stringContaining('cap') }));
  expect(Object.keys(board.forNew)).toHaveLength(3);
  expect(board.current).toEqual({});
});
