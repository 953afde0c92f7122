import type { PresetChanges } from '@imagegen/core/library/preset';
import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';

const columns = [
  'id',
  'user_id',
  'name',
  'description',
  'provider',
  'settings',
  'loras',
  'tags',
  'thumbnail_url',
  'is_public',
  'usage_count',
  'created_at',
  'updated_at',
] as const;

export type PresetRow = NonNullable<Awaited<ReturnType<typeof findPreset>>>;

/** A preset that this user may read: their own, or a public one. */
export async function findPreset(db: Executor, userId: number, id: number) {
  return db.selectFrom('generation_presets').select(columns).where('id', '=', id).where(readableBy(userId)).executeTakeFirst();
}

export type NewPreset = { [Field in keyof PresetChanges]-?: Exclude<PresetChanges[Field], undefined> };

export async function insertPreset(
  db: Executor,
  userId: number,
  { name, description, provider, settings, loras, tags, thumbnail_url, is_public }: NewPreset,
): Promise<PresetRow> {
  const json = { settings: JSON.stringify(settings), loras: JSON.stringify(loras), tags: JSON.stringify(tags) };
  return db
    .insertInto('generation_presets')
    .values({ user_id: userId, name, description, provider, thumbnail_url, is_public, ...json })
    .returning(columns)
    .executeTakeFirstOrThrow();
}

/** Changes what is given; undefined when the preset is not this user's own. */
export async function updatePreset(db: Executor, userId: number, id: number, changes: PresetChanges): Promise<PresetRow | undefined> {
  const { name, description, provider, settings, loras, tags, thumbnail_url, is_public } = changes;
  return db
    .updateTable('generation_presets')
    .set({
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
      ...(provider !== undefined && { provider }),
      ...(thumbnail_url !== undefined && { thumbnail_url }),
      ...(is_public !== undefined && { is_public }),
      ...(settings && { settings: JSON.stringify(settings) }),
      ...(loras && { loras: JSON.stringify(loras) }),
      ...(tags && { tags: JSON.stringify(tags) }),
      updated_at: sql<Date>`now()`,
    })
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .returning(columns)
    .executeTakeFirst();
}

export async function deletePreset(db: Executor, userId: number, id: number): Promise<boolean> {
  const result = await db.deleteFrom('generation_presets').where('id', '=', id).where('user_id', '=', userId).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Counts one use of a preset this user may read. */
export async function countPresetUse(db: Executor, userId: number, id: number): Promise<PresetRow | undefined> {
  return db
    .updateTable('generation_presets')
    .set((eb) => ({ usage_count: eb('usage_count', '+', 1) }))
    .where('id', '=', id)
    .where(readableBy(userId))
    .returning(columns)
    .executeTakeFirst();
}

export type PresetFilter = {
  userId: number;
  mine?: boolean | undefined;
  public?: boolean | undefined;
  /** All of them. */
  tags?: readonly string[] | undefined;
  search?: string | undefined;
};
export type PresetSort = 'popular' | 'recent' | 'name';

/** A page of the presets this user may read, and how many there are. */
export async function listPresets(
  db: Executor,
  filter: PresetFilter,
  page: { sort: PresetSort; offset: number; limit: number },
): Promise<{ rows: PresetRow[]; total: number }> {
  const orders = {
    popular: sql`usage_count desc, id desc`,
    recent: sql`updated_at desc, id desc`,
    name: sql`lower(name), id`,
  } as const;
  const matching = db.selectFrom('generation_presets').where(conditions(filter));
  const [rows, counted] = await Promise.all([
    matching.select(columns).orderBy(orders[page.sort]).offset(page.offset).limit(page.limit).execute(),
    matching.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow(),
  ]);
  return { rows, total: counted.total };
}

function conditions({ userId, mine, public: isPublic, tags, search }: PresetFilter) {
  const all = [readableBy(userId)];
  if (mine !== undefined) all.push(mine ? sql<boolean>`user_id = ${userId}` : sql<boolean>`user_id <> ${userId}`);
  if (isPublic !== undefined) all.push(isPublic ? sql<boolean>`is_public` : sql<boolean>`not is_public`);
  if (tags && tags.length > 0) all.push(sql<boolean>`tags @> ${JSON.stringify(tags)}::jsonb`);
  if (search) all.push(sql<boolean>`search @@ websearch_to_tsquery('simple', ${search})`);
  return sql<boolean>`${sql.join(all, sql` and `)}`;
}

function readableBy(userId: number) {
  return sql<boolean>`(user_id = ${userId} or is_public)`;
}
