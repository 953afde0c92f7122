import { createHash } from 'node:crypto';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bus, connectBus } from '@imagegen/bus/connect';
import { ensureStreams } from '@imagegen/bus/streams';
import { createMigratedDatabase } from '@imagegen/db/migrated-database';
import { aClaimedGeneration, aGeneration, anIntent, aUser, expireLease } from '@imagegen/db/new-generation.fixture';
import type { Database } from '@imagegen/db/open-database';
import { acceptGenerations, type NewGeneration } from '@imagegen/db/queries/accept-generations';
import { recordIntent, recordSubmitted } from '@imagegen/db/queries/attempts';
import { finishGeneration } from '@imagegen/db/queries/finish-generation';
import { findStrayHolds } from '@imagegen/db/queries/sweep-holds';
import { temporaryFolder } from '@imagegen/embedded/temporary-folder';
import { startTestNats } from '@imagegen/embedded/testing';
import { createLogger } from '@imagegen/runtime/logger';
import { openDiskVault } from '@imagegen/vault/disk-vault';
import { type Vault, type VaultKey, vaultKey } from '@imagegen/vault/vault';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { closeAbandonedAttempts } from './abandoned-attempts.ts';
import { createSweepers } from './all-sweepers.ts';
import { pruneOldEvents } from './old-events.ts';
import { expireLate, ringForLate } from './open-generations.ts';
import { missingPictures, removeForgottenPictures, removeTemporaryPictures } from './pictures.ts';
import { strayHolds } from './stray-holds.ts';

let opened: AsyncDisposableStack;
let db: Database;
let bus: Bus;
let vault: Vault;
let vaultDir: string;
let userId: number;
const never = new AbortController().signal;
const logger = createLogger('test', 'silent');
const hourMs = 3_600_000;

beforeAll(async () => {
  opened = new AsyncDisposableStack();
  vaultDir = opened.use(await temporaryFolder()).path;
  db = opened.use(await createMigratedDatabase(20)).db;
  bus = opened.use(await connectBus({ url: opened.use(await startTestNats()).url, name: 'test', logger }));
  await ensureStreams(bus);
  vault = await openDiskVault(vaultDir);
  userId = await aUser(db);
});
beforeEach(() => sql`truncate generation_history_v2, outbox cascade`.execute(db));
afterAll(() => opened.disposeAsync());

const context = () => ({ db, bus, vault, logger });
let pictures = 0;

/** A picture and its thumbnail, put an age ago; its sha256. */
async function aPicture(ageMs: number): Promise<string> {
  pictures += 1;
  const bytes = Buffer.from(`\x89PNG\r\n\x1a\n${pictures}`, 'latin1');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  for (const key of keysOf(sha256)) {
    await vault.put(key, bytes, 'image/png');
    const at = (Date.now() - ageMs) / 1_000;
    await utimes(join(vaultDir, key.slice(0, 2), key.slice(2, 4), key), at, at);
  }
  return sha256;
}

function keysOf(sha256: string): VaultKey[] {
  return [vaultKey(sha256), vaultKey(`${sha256}.thumb`)];
}

async function isKept(sha256: string): Promise<boolean> {
  const kept = await Promise.all(keysOf(sha256).map((key) => vault.has(key)));
  expect(kept[0]).toBe(kept[1]);
  return kept[0] === true;
}

async function aCompleted(sha256: string, { ageMs = 0, settings = {} }: { ageMs?: number; settings?: object } = {}): Promise<string> {
  const wanted = aGeneration(userId);
  const { generation_id } = await aClaimedGeneration(db, userId, {
    settings: { ...wanted.settings, ...settings } as NewGeneration['settings'],
  });
  const image = { sha256, content_type: 'image/png', width: 1, height: 1, bytes: 1, seed: null, placeholder: '' };
  const end = { status: 'completed' as const, images: [image], creditsUsed: 0, adjustments: [] };
  await finishGeneration(db, { generationId: generation_id, epoch: 1 }, end, 's');
  await sql`update generation_history_v2 set completed_at = now() - make_interval(secs => ${ageMs / 1_000}::float8) where generation_id = ${generation_id}`.execute(
    db,
  );
  return generation_id;
}

async function statusOf(generationId: string) {
  const row = await db
    .selectFrom('generation_history_v2')
    .select(['status', 'error'])
    .where('generation_id', '=', generationId)
    .executeTakeFirstOrThrow();
  return row.error?.code ?? row.status;
}

async function sweepers(count: number, sweep: () => Promise<number>): Promise<number> {
  const repaired = await Promise.all(Array.from({ length: count }, sweep));
  return repaired.reduce((sum, each) => sum + each, 0);
}

describe('past its deadline', () => {
  async function aLate(secondsAgo: number, submitted: boolean): Promise<string> {
    const generation = await aClaimedGeneration(db, userId, { deadline_seconds: -secondsAgo });
    const lease = { generationId: generation.generation_id, epoch: 1 };
    const intent = anIntent(generation);
    await recordIntent(db, lease, intent);
    if (submitted) await recordSubmitted(db, lease.generationId, { attemptId: intent.id, providerRequestId: intent.id, providerUrls: {} });
    await expireLease(db, lease.generationId);
    await sql`update generation_history_v2 set rung_at = now() - interval '1 min', next_attempt_at = now() + interval '1 hour'`.execute(db);
    return lease.generationId;
  }

  it('what a provider may still work on is left to its service for half a minute, and rung for once by all replicas', async () => {
    const id = await aLate(5, true);
    expect(await sweepers(4, () => ringForLate(context()))).toBe(1);
    expect(await expireLate(context(), never)).toBe(0);
    const rings = await db.selectFrom('outbox').select(['subject', 'payload']).where('subject', 'like', 'generation.requested.%').execute();
    expect(rings).toEqual(expect.arrayContaining([{ subject: `generation.requested.fal.${id}`, payload: { v: 1, generation_id: id } }]));
  });

  it('and ends without it after that', async () => {
    const id = await aLate(31, true);
    expect(await sweepers(4, () => expireLate(context(), never))).toBe(1);
    expect(await statusOf(id)).toBe('DEADLINE_EXCEEDED');
  });

  it('what no provider has ends at once', async () => {
    const id = await aLate(1, false);
    expect(await ringForLate(context())).toBe(0);
    expect(await expireLate(context(), never)).toBe(1);
    expect(await statusOf(id)).toBe('DEADLINE_EXCEEDED');
  });
});

it('an attempt that its ended generation left open ends as unknown, and its cost is suspected once', async () => {
  const generation = await aClaimedGeneration(db, userId);
  const lease = { generationId: generation.generation_id, epoch: 1 };
  const left = anIntent(generation);
  await recordIntent(db, lease, left);
  const open = await aClaimedGeneration(db, userId);
  const going = anIntent(open);
  await recordIntent(db, { generationId: open.generation_id, epoch: 1 }, going);
  await finishGeneration(db, lease, { status: 'failed', error: { code: 'INTERNAL', message: '' } }, 's');

  const started = Date.now();
  const anHourLater = () => closeAbandonedAttempts(() => started + hourMs)(context(), never);
  expect(await closeAbandonedAttempts()(context(), never)).toBe(0);
  expect(await sweepers(4, anHourLater)).toBe(1);
  const states = await db.selectFrom('generation_attempts').select(['id', 'state']).execute();
  expect(Object.fromEntries(states.map(({ id, state }) => [id, state]))).toEqual({ [left.id]: 'unknown', [going.id]: 'intent' });
  const { rows } = await sql<{ kind: string }>`select kind from ledger_transfers where attempt_id = ${left.id}`.execute(db);
  expect(rows).toEqual([{ kind: 'suspense' }]);
});

describe('pictures', () => {
  it('that no row tells of are removed after an hour, the others never', async () => {
    const [forgotten, young, result, reference, thumbnail] = await Promise.all(
      [2 * hourMs, hourMs / 2, 2 * hourMs, 2 * hourMs, 2 * hourMs].map(aPicture),
    );
    await aCompleted(result!);
    await acceptGenerations(db, [
      aGeneration(userId, { settings: { ...aGeneration(userId).settings, reference_image: `vault:${reference}` } }),
    ]);
    await db
      .insertInto('generation_presets')
      .values({ user_id: userId, name: 'p', provider: null, settings: '{}', loras: '[]', tags: '[]', thumbnail_url: `vault:${thumbnail}` })
      .execute();
    const sweep = removeForgottenPictures();
    expect(await sweep(context(), never)).toBe(1);
    const kept = await Promise.all([forgotten, young, result, reference, thumbnail].map((sha256) => isKept(sha256!)));
    expect(kept).toEqual([false, true, true, true, true]);
    expect(await sweep(context(), never)).toBe(0);
  });

  it('that were to be kept for a day only are removed after it, unless another generation keeps them', async () => {
    const [temporary, shared, fresh] = await Promise.all([0, 0, 0].map(aPicture));
    const once = { save_to_vault: false };
    await aCompleted(temporary!, { ageMs: 25 * hourMs, settings: once });
    await aCompleted(shared!, { ageMs: 25 * hourMs, settings: once });
    await aCompleted(shared!, { ageMs: 25 * hourMs });
    await aCompleted(fresh!, { ageMs: 23 * hourMs, settings: once });
    expect(await sweepers(4, () => removeTemporaryPictures(context()))).toBe(1);
    expect(await Promise.all([temporary, shared, fresh].map((sha256) => isKept(sha256!)))).toEqual([false, true, true]);
    expect(await removeTemporaryPictures(context())).toBe(0);
  });

  it('that are missing are counted, those that were removed on purpose are not', async () => {
    const there = await aPicture(0);
    await aCompleted(there, { ageMs: hourMs });
    await aCompleted('e'.repeat(64), { ageMs: hourMs });
    await aCompleted('f'.repeat(64), { ageMs: 25 * hourMs, settings: { save_to_vault: false } });
    await removeTemporaryPictures(context());
    expect(await missingPictures()(context(), never)).toBe(1);
  });
});

it('events on the way of generations of long ago go, their ends stay', async () => {
  const id = await aCompleted('a'.repeat(64));
  const later = Date.now() + 31 * 24 * hourMs;
  expect(await pruneOldEvents()(context(), never)).toBe(0);
  expect(await pruneOldEvents(() => later)(context(), never)).toBe(1);
  const left = await db.selectFrom('generation_events').select('type').where('generation_id', '=', id).execute();
  expect(left).toEqual([{ type: 'completed' }]);
});

it('a hold that nobody gave back is told of, once a process', async () => {
  const { generation_id } = await aClaimedGeneration(db, userId);
  await aCompleted('b'.repeat(64));
  const stray = () => findStrayHolds(db, { afterId: 0, ageMs: 0, limit: 10_000 });
  expect((await stray()).generationIds).toContain(generation_id);
  const sweep = strayHolds();
  expect(await sweep(context(), never)).toBe(0);
  const end = { status: 'failed' as const, error: { code: 'INTERNAL', message: '' } };
  await finishGeneration(db, { generationId: generation_id, epoch: 1 }, end, 's');
  expect((await stray()).generationIds).not.toContain(generation_id);
});

it('all together leave nothing to do for a second round, and name their repairs apart', async () => {
  const all = createSweepers();
  expect(new Set(all.map(({ kind }) => kind)).size).toBe(all.length);
  for (const { sweep } of all) await sweep(context(), never);
  for (const { sweep } of createSweepers()) expect(await sweep(context(), never)).toBe(0);
});
