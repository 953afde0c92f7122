import type { EngineId } from '@imagegen/core/engines/engine';
import { everybody } from '@imagegen/core/insight/roll-up';
import type { Database } from '@imagegen/db/open-database';
import { findGeneration, ownsImage } from '@imagegen/db/queries/generations';
import { type HistoryFilter, listHistory, totalHistory } from '@imagegen/db/queries/history';
import { listPairs } from '@imagegen/db/queries/lora-pairs';
import { listPresets } from '@imagegen/db/queries/presets';
import { sumUsage } from '@imagegen/db/queries/usage';

export type ListQuery = { name: string; run: (db: Database, userId: number) => Promise<unknown> };

const dayMs = 86_400_000;
const flux: EngineId[] = ['flux-standard', 'flux-advanced', 'flux-juggernaut'];
const day = (ago: number) => new Date(Date.now() - ago * dayMs);
const iso = (ago: number) => day(ago).toISOString().slice(0, 10);

const filters: [string, Omit<HistoryFilter, 'userId'>][] = [
  ['all', {}],
  ['status=failed', { status: 'failed' }],
  ['status=pending', { status: 'pending' }],
  ['provider=fal', { engines: flux }],
  ['engine=openai-edit', { engines: ['openai-edit'] }],
  ['provider=fal, status=pending', { engines: flux, status: 'pending' }],
  ['engine=openai-edit, status=failed', { engines: ['openai-edit'], status: 'failed' }],
  ['has_seed=false', { engines: ['openai', 'openai-edit'] }],
  ['favorite', { favorite: true }],
  ['not favorite', { favorite: false }],
  ['not favorite, provider=fal', { favorite: false, engines: flux }],
  ['favorite, provider=fal, status=failed', { favorite: true, engines: flux, status: 'failed' }],
  ['date range, a month', { from: day(120), before: day(90) }],
  ['lora_ids=309', { loraIds: [309] }],
  ['lora_ids=314', { loraIds: [314] }],
  ['lora_ids=309,310', { loraIds: [309, 310] }],
  ['search in every prompt', { search: 'everywhere' }],
  ['search in 10 %', { search: 'lighthouse' }],
  ['search in 1 %', { search: 'glacier' }],
  ['search in 0.01 %', { search: 'axolotl' }],
  ['search for nothing', { search: 'zyzzyva' }],
  ['search for a phrase', { search: '"glacier at dusk"' }],
  ['search with a negation', { search: 'lighthouse -glacier' }],
  ['search in 10 %, a month', { search: 'lighthouse', from: day(120), before: day(90) }],
  ['search in 10 %, favorite', { search: 'lighthouse', favorite: true }],
  ['search in every prompt, status=pending', { search: 'everywhere', status: 'pending' }],
  ['search, provider and LoRA', { search: 'lighthouse', engines: flux, loraIds: [309] }],
];

const history = filters.map(
  ([name, filter]): ListQuery => ({
    name: `history ${name}`,
    run: (db, userId) => {
      const asked = { userId, ...filter };
      return Promise.all([listHistory(db, asked, { offset: 0, limit: 21 }), totalHistory(db, asked)]);
    },
  }),
);

const days = (ago: number) => ({ from: iso(ago), to: iso(0) });

/** Everything that answers a list, as the gateway asks for it. */
export const listQueries: ListQuery[] = [
  ...history,
  {
    name: 'history by cursor, half a year back',
    run: (db, userId) => {
      const after = { createdMicros: day(180).getTime() * 1_000, id: 0 };
      return listHistory(db, { userId }, { after, offset: 0, limit: 21 });
    },
  },
  ...(['everywhere', 'lighthouse', 'glacier'] as const).map(
    (search): ListQuery => ({
      name: `history by cursor, half a year back, search ${search}`,
      run: (db, userId) => {
        const after = { createdMicros: day(180).getTime() * 1_000, id: 0 };
        return listHistory(db, { userId, search }, { after, offset: 0, limit: 21 });
      },
    }),
  ),
  ...(['everywhere', 'lighthouse'] as const).map(
    (search): ListQuery => ({
      name: `history page 50, search ${search}`,
      run: (db, userId) => listHistory(db, { userId, search }, { offset: 980, limit: 21 }),
    }),
  ),
  { name: 'history page 400', run: (db, userId) => listHistory(db, { userId }, { offset: 7_980, limit: 21 }) },
  { name: 'one generation', run: (db, userId) => findGeneration(db, userId, `gen_b${'500000'.padStart(23, '0')}`) },
  { name: 'owner of a picture', run: (db, userId) => ownsImage(db, userId, 'f'.repeat(64)) },
  ...(['popular', 'recent', 'name'] as const).map(
    (sort): ListQuery => ({
      name: `presets, ${sort}`,
      run: (db, userId) => listPresets(db, { userId }, { sort, offset: 0, limit: 20 }),
    }),
  ),
  {
    name: 'presets, search and tag',
    run: (db, userId) => listPresets(db, { userId, search: 'word49', tags: ['tag49'] }, { sort: 'recent', offset: 0, limit: 20 }),
  },
  ...([30, 365] as const).flatMap((ago): ListQuery[] => [
    ...(['day', 'engine'] as const).map(
      (groupBy): ListQuery => ({
        name: `analytics by ${groupBy}, ${ago} days`,
        run: (db, userId) => sumUsage(db, { userId, dimension: 'all', ...days(ago) }, { groupBy, limit: 400 }),
      }),
    ),
    {
      name: `analytics by api, ${ago} days`,
      run: (db, userId) => sumUsage(db, { userId, dimension: 'api', ...days(ago) }, { groupBy: 'key', limit: 400 }),
    },
    {
      name: `analytics of everybody by day, ${ago} days`,
      run: (db) => sumUsage(db, { userId: everybody, dimension: 'all', ...days(ago) }, { groupBy: 'day', limit: 400 }),
    },
    {
      name: `LoRA combinations of everybody, ${ago} days`,
      run: (db) =>
        sumUsage(db, { userId: everybody, dimension: 'combination', ...days(ago) }, { groupBy: 'key', limit: 2_000, times: false }),
    },
    {
      name: `LoRA combinations of one's own, ${ago} days`,
      run: (db, userId) => sumUsage(db, { userId, dimension: 'combination', ...days(ago) }, { groupBy: 'key', limit: 2_000, times: false }),
    },
    {
      name: `LoRAs of one's own, ${ago} days`,
      run: (db, userId) => sumUsage(db, { userId, dimension: 'lora', ...days(ago) }, { groupBy: 'key', limit: 100 }),
    },
    {
      name: `a LoRA by day, everybody, ${ago} days`,
      run: (db) => sumUsage(db, { userId: everybody, dimension: 'lora', ...days(ago), key: '309' }, { groupBy: 'day', limit: 400 }),
    },
  ]),
  { name: 'pairs of three LoRAs', run: (db) => listPairs(db, [309, 310, 311]) },
];
