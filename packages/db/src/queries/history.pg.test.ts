import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { aGeneration, aUser } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { acceptGenerations, type NewGeneration } from './accept-generations.ts';
import { countHistory, estimateHistory, type HistoryFilter, listHistory } from './history.ts';
import { deleteGeneration, markFavorite } from './mark-generation.ts';

let database: MigratedDatabase;
let db: Database;
let userId: number;
let strangerId: number;
const ids: string[] = [];

/** Thirty of ours and one of somebody else's, a minute apart, the newest last; the first two at the same instant. */
beforeAll(async () => {
  database = await createMigratedDatabase();
  db = database.db;
  [userId, strangerId] = [await aUser(db, 'test:owner'), await aUser(db, 'test:stranger')];
  const generations = Array.from({ length: 30 }, (_, index) => numbered(index));
  ids.push(...generations.map(({ generation_id }) => generation_id));
  const prompt = 'a lighthouse at dusk';
  await acceptGenerations(db, [...generations, aGeneration(strangerId, { settings: { ...generations[0]!.settings, prompt } })]);
  for (const [index, id] of ids.entries()) {
    await sql`update generation_history_v2 set created_at = '2026-03-01'::timestamptz + make_interval(mins => ${Math.max(1, index)}::int)
      where generation_id = ${id}`.execute(db);
  }
});
afterAll(() => database[Symbol.asyncDispose]());

function numbered(index: number): NewGeneration {
  const base = aGeneration(userId);
  const loras = [{ id: 309, weight: 1 }, ...(index % 4 === 0 ? [{ id: 310, weight: 1 }] : [])].slice(index % 2);
  const prompt = index % 3 === 0 ? 'a lighthouse at dusk, L310' : 'a red fox';
  return { ...base, engine: index % 5 === 0 ? 'openai' : 'flux-standard', settings: { ...base.settings, prompt, loras } };
}

async function found(filter: Omit<HistoryFilter, 'userId'>): Promise<number[]> {
  const rows = await listHistory(db, { ...filter, userId }, { offset: 0, limit: 100 });
  expect(await countHistory(db, { ...filter, userId }, 1_000)).toBe(rows.length);
  return rows.map(({ generation_id }) => ids.indexOf(generation_id));
}
const those = (matches: (index: number) => boolean) => ids.flatMap((_, index) => (matches(index) ? [index] : [])).toReversed();

describe('the history of a user', () => {
  it('comes newest first, page by page without a gap or a repetition, also inside one instant', async () => {
    const seen: number[] = [];
    let after: { createdMicros: number; id: number } | undefined;
    for (;;) {
      const rows = await listHistory(db, { userId }, { after, offset: 0, limit: 7 });
      seen.push(...rows.map(({ generation_id }) => ids.indexOf(generation_id)));
      const last = rows.at(-1);
      if (!last) break;
      after = { createdMicros: last.created_micros, id: last.id };
    }
    expect(seen).toEqual(those(() => true));
    const offset = await listHistory(db, { userId }, { offset: 7, limit: 7 });
    expect(offset.map(({ generation_id }) => ids.indexOf(generation_id))).toEqual(seen.slice(7, 14));
  });

  it.each([
    ['an engine', { engines: ['openai'] }, (index: number) => index % 5 === 0],
    ['several engines', { engines: ['flux-standard', 'openai', 'replicate'] }, () => true],
    ['no engine at all', { engines: [] }, () => false],
    ['a LoRA', { loraIds: [309] }, (index: number) => index % 2 === 0],
    ['LoRAs used together', { loraIds: [309, 310] }, (index: number) => index % 4 === 0],
    ['a LoRA and an engine', { loraIds: [309], engines: ['openai'] }, (index: number) => index % 10 === 0],
    ['a word', { search: 'Lighthouse' }, (index: number) => index % 3 === 0],
    ['a phrase', { search: '"at dusk"' }, (index: number) => index % 3 === 0],
    ['a word that must not be there', { search: 'a -lighthouse' }, (index: number) => index % 3 !== 0],
    ['one word or another', { search: 'lighthouse or fox' }, () => true],
    ['text without words', { search: '&|!():*' }, () => true],
    ['a status', { status: 'pending' }, () => true],
    ['another status', { status: 'failed' }, () => false],
    [
      'a time',
      { from: new Date('2026-03-01T00:10:00Z'), before: new Date('2026-03-01T00:20:00Z') },
      (index: number) => index >= 10 && index < 20,
    ],
  ] as [string, Omit<HistoryFilter, 'userId'>, (index: number) => boolean][])('is filtered by %s', async (_, filter, matches) => {
    expect(await found(filter)).toEqual(those(matches));
  });

  it.each(['L309', 'U1 or U2', `U${1}`, "'U1'", 'U1:*', '-U1'])('takes %j as words, never as somebody else', async (search) => {
    const rows = await listHistory(db, { userId, search }, { offset: 0, limit: 100 });
    for (const row of rows) expect(row.user_id).toBe(userId);
  });

  it('counts up to a bound, and estimates without counting', async () => {
    expect(await countHistory(db, { userId }, 10)).toBe(10);
    expect(await estimateHistory(db, { userId, engines: ['openai'] })).toBeGreaterThan(0);
  });

  it('knows favourites, and forgets what was deleted', async () => {
    await markFavorite(db, { userId, generationId: ids[3]!, favorite: undefined });
    expect(await found({ favorite: true })).toEqual([3]);
    expect(await markFavorite(db, { userId: strangerId, generationId: ids[4]!, favorite: true })).toBe(false);
    expect(await deleteGeneration(db, { userId, generationId: ids[3]! })).toBe(false);
    await sql`update generation_history_v2 set status = 'failed', completed_at = now() where generation_id = ${ids[3]}`.execute(db);
    expect(await deleteGeneration(db, { userId: strangerId, generationId: ids[3]! })).toBe(false);
    expect(await deleteGeneration(db, { userId, generationId: ids[3]! })).toBe(true);
    expect(await deleteGeneration(db, { userId, generationId: ids[3]! })).toBe(false);
    expect(await markFavorite(db, { userId, generationId: ids[3]!, favorite: true })).toBe(false);
    expect(await found({ favorite: true })).toEqual([]);
    expect(await found({})).toEqual(those((index) => index !== 3));
  });
});
