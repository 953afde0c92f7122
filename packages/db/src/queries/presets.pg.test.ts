import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { aUser } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { countPresetUse, deletePreset, findPreset, insertPreset, listPresets, type NewPreset, updatePreset } from './presets.ts';

let database: MigratedDatabase;
let db: Database;
let owner: number;
let stranger: number;
beforeAll(async () => {
  database = await createMigratedDatabase();
  db = database.db;
  [owner, stranger] = [await aUser(db, 'test:owner'), await aUser(db, 'test:stranger')];
});
afterAll(() => database[Symbol.asyncDispose]());

const preset = (changes: Partial<NewPreset> = {}): NewPreset => ({
  name: 'Dusk',
  description: 'warm light',
  provider: null,
  settings: { steps: 30 },
  loras: [{ id: 309, weight: 1 }],
  tags: ['warm'],
  thumbnail_url: null,
  is_public: false,
  ...changes,
});

describe('presets', () => {
  it('belong to their owner, who alone reads a private one and changes a public one', async () => {
    const { id } = await insertPreset(db, owner, preset());
    expect(await findPreset(db, owner, id)).toMatchObject({ settings: { steps: 30 }, loras: [{ id: 309, weight: 1 }], tags: ['warm'] });
    expect(await findPreset(db, stranger, id)).toBeUndefined();
    expect(await countPresetUse(db, stranger, id)).toBeUndefined();
    expect(await updatePreset(db, owner, id, { is_public: true, tags: [] })).toMatchObject({ is_public: true, tags: [], name: 'Dusk' });
    expect(await findPreset(db, stranger, id)).toMatchObject({ id });
    expect(await updatePreset(db, stranger, id, { name: 'mine now' })).toBeUndefined();
    expect(await deletePreset(db, stranger, id)).toBe(false);
    expect(await countPresetUse(db, stranger, id)).toMatchObject({ usage_count: 1, name: 'Dusk' });
    expect(await deletePreset(db, owner, id)).toBe(true);
    expect(await findPreset(db, owner, id)).toBeUndefined();
  });

  it('are listed by what the user may read, sorted, tagged and searched', async () => {
    const [a, b, c, d] = await Promise.all([
      insertPreset(db, owner, preset({ name: 'beta', tags: ['warm', 'sea'] })),
      insertPreset(db, owner, preset({ name: 'Alpha', description: 'cold', is_public: true })),
      insertPreset(db, stranger, preset({ name: 'gamma', is_public: true, tags: ['sea'] })),
      insertPreset(db, stranger, preset({ name: 'delta' })),
    ]);
    await countPresetUse(db, owner, c!.id);
    const names = async (filter: object, sort: 'popular' | 'recent' | 'name' = 'name', page = { offset: 0, limit: 10 }) =>
      (await listPresets(db, { userId: owner, ...filter }, { sort, ...page })).rows.map(({ name }) => name);
    expect(await names({})).toEqual(['Alpha', 'beta', 'gamma']);
    expect(await names({}, 'popular')).toHaveLength(3);
    expect((await names({}, 'popular'))[0]).toBe('gamma');
    expect(await names({ mine: true })).toEqual(['Alpha', 'beta']);
    expect(await names({ mine: false })).toEqual(['gamma']);
    expect(await names({ mine: true, public: true })).toEqual(['Alpha']);
    expect(await names({ tags: ['sea'] })).toEqual(['beta', 'gamma']);
    expect(await names({ tags: ['sea', 'warm'] })).toEqual(['beta']);
    expect(await names({ search: 'cold' })).toEqual(['Alpha']);
    expect(await names({}, 'name', { offset: 1, limit: 1 })).toEqual(['beta']);
    expect((await listPresets(db, { userId: owner, public: true }, { sort: 'name', offset: 1, limit: 1 })).total).toBe(2);
    expect([a, b, d].every((row) => row !== undefined)).toBe(true);
  });
});
