import type { EngineId } from '@imagegen/core/engines/engine';
import type { GenerationStatus } from '@imagegen/core/generation/status';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { aGeneration, aUser } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { acceptGenerations, type NewGeneration } from './accept-generations.ts';
import { countHistory, type HistoryFilter, type HistoryPosition, listHistory } from './history.ts';

/** More than the newest that are looked at first, so that lists end inside, at the edge of and far behind them. */
const total = 3_500;
const engines = ['flux-standard', 'replicate', 'openai'] as const;
const start = Date.parse('2026-03-01T00:00:00Z');
const rareFrom = 400;

/** What a generation is, from its number alone; the newest has the highest. `old` and LoRA 310 lie behind the newest ones only. */
type Made = { index: number; at: number; engine: EngineId; status: GenerationStatus; favorite: boolean; loras: number[]; words: string[] };

function made(index: number): Made {
  const words = [
    'everywhere',
    ...(index % 7 === 0 ? ['lighthouse'] : []),
    ...(index % 97 === 0 ? ['glacier'] : []),
    ...(index < rareFrom ? ['old'] : []),
  ];
  return {
    index,
    // Five share an instant.
    at: start + Math.floor(index / 5) * 60_000,
    engine: engines[index % 11 === 0 ? 2 : index % 2]!,
    status: index % 13 === 0 ? 'failed' : index > total - 5 ? 'pending' : 'completed',
    favorite: index % 50 === 3,
    loras: [...(index % 3 === 0 ? [309] : []), ...(index < rareFrom && index % 5 === 0 ? [310] : [])],
    words,
  };
}
const everything = Array.from({ length: total }, (_, index) => made(index));

let database: MigratedDatabase;
let db: Database;
let userId: number;
const numbers = new Map<string, number>();

beforeAll(async () => {
  database = await createMigratedDatabase();
  db = database.db;
  const strangerId = await aUser(db, 'test:stranger');
  userId = await aUser(db, 'test:owner');
  const [ours, theirs] = [userId, strangerId].map((owner) => everything.map((it) => aMade(owner, it)));
  for (const [index, { generation_id }] of ours!.entries()) numbers.set(generation_id, index);
  for (const generations of [ours!, theirs!.slice(0, 200)]) await acceptGenerations(db, generations);
  await sql`
    update generation_history_v2 g
    set created_at = to_timestamp(at / 1000.0), status = row.status::generation_status, is_favorite = favorite,
      completed_at = case when row.status = 'pending' then null else now() end
    from jsonb_to_recordset(${JSON.stringify([...numbers].map(([generation_id, index]) => ({ generation_id, ...made(index) })))}::jsonb)
      as row (generation_id text, at float8, status text, favorite boolean)
    where g.generation_id = row.generation_id`.execute(db);
  await sql`analyze generation_history_v2`.execute(db);
}, 60_000);
afterAll(() => database[Symbol.asyncDispose]());

function aMade(owner: number, { engine, loras, words }: Made): NewGeneration {
  const base = aGeneration(owner);
  return { ...base, engine, settings: { ...base.settings, prompt: words.join(' '), loras: loras.map((id) => ({ id, weight: 1 })) } };
}

type Search = { text: string; matches: (words: string[]) => boolean };
const has = (word: string) => (words: string[]) => words.includes(word);
const searches: Search[] = [
  ...['everywhere', 'lighthouse', 'glacier', 'old', 'nowhere'].map((word) => ({ text: word, matches: has(word) })),
  { text: 'lighthouse -glacier', matches: (words) => has('lighthouse')(words) && !has('glacier')(words) },
  { text: '-lighthouse', matches: (words) => !has('lighthouse')(words) },
  { text: 'glacier or old', matches: (words) => has('glacier')(words) || has('old')(words) },
  { text: '"lighthouse glacier"', matches: (words) => has('lighthouse')(words) && has('glacier')(words) },
];

type Asked = { filter: Omit<HistoryFilter, 'userId' | 'search'>; search: Search | undefined };
const minute = fc.integer({ min: 0, max: total / 5 }).map((minutes) => new Date(start + minutes * 60_000));
const maybe = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
const asked: fc.Arbitrary<Asked> = fc.record({
  filter: fc.record({
    from: maybe(minute),
    before: maybe(minute),
    status: maybe(fc.constantFrom<GenerationStatus>('pending', 'processing', 'completed', 'failed')),
    engines: maybe(fc.subarray([...engines])),
    loraIds: maybe(fc.subarray([309, 310, 311])),
    favorite: maybe(fc.boolean()),
  }),
  search: fc.option(fc.constantFrom(...searches), { nil: undefined }),
});

/** The same by looking at everything. */
function expected({ filter: { from, before, status, engines, loraIds, favorite }, search }: Asked): number[] {
  const fits = (it: Made) =>
    (!from || it.at >= from.getTime()) &&
    (!before || it.at < before.getTime()) &&
    (!status || it.status === status) &&
    (!engines || engines.includes(it.engine)) &&
    (loraIds ?? []).every((id) => it.loras.includes(id)) &&
    (favorite === undefined || it.favorite === favorite) &&
    (!search || search.matches(it.words));
  // Accepted in the order of their numbers: the later one of an instant has the higher id.
  return everything
    .filter(fits)
    .map(({ index }) => index)
    .toReversed();
}

const toFilter = ({ filter, search }: Asked): HistoryFilter => ({ ...filter, userId, search: search?.text });

it('finds and counts exactly what looking at everything finds, on any page', async () => {
  const place = fc.record({ offset: fc.constantFrom(0, 0, 7, 150, 1_490, 2_900), limit: fc.constantFrom(1, 21, 101) });
  const check = fc.asyncProperty(asked, place, async (question, page) => {
    const all = expected(question);
    const rows = await listHistory(db, toFilter(question), page);
    expect(rows.map(({ generation_id }) => numbers.get(generation_id))).toEqual(all.slice(page.offset, page.offset + page.limit));
    for (const bound of [10, 1_000, 5_000]) expect(await countHistory(db, toFilter(question), bound)).toBe(Math.min(bound, all.length));
  });
  await fc.assert(check, { numRuns: 100 });
}, 60_000);

it('goes on behind any row by its cursor', async () => {
  const check = fc.asyncProperty(asked, fc.nat(), async (question, choice) => {
    const all = expected(question);
    if (all.length === 0) return;
    const at = choice % all.length;
    const [row] = await listHistory(db, toFilter(question), { offset: at, limit: 1 });
    const after: HistoryPosition = { createdMicros: row!.created_micros, id: row!.id };
    const rows = await listHistory(db, toFilter(question), { after, offset: 0, limit: 21 });
    expect(rows.map(({ generation_id }) => numbers.get(generation_id))).toEqual(all.slice(at + 1, at + 22));
  });
  await fc.assert(check, { numRuns: 80 });
}, 60_000);
