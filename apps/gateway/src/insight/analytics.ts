import { engineIds } from '@imagegen/core/engines/engine';
import { AppError } from '@imagegen/core/errors/app-error';
import { everybody } from '@imagegen/core/insight/roll-up';
import { sumUsage, type UsageQuery, type UsageRow } from '@imagegen/db/queries/usage';
import * as z from 'zod';
import type { GatewayContext } from '../context.ts';
import { providerNames, toEngines } from '../generations/list-history.ts';
import type { Principal } from '../identity/principal.ts';
import { dateSchema, toDays } from './date-range.ts';
import { type CountsOutput, countsSchema, presentCounts, presentUsage, usageSchema } from './present-usage.ts';

export const mostDays = 366;
const mostGroups = 400;
const popularCombinations = 10;

export const scopeSchema = z.enum(['own', 'all']).optional().meta({
  description: 'Whose generations: your own, or everybody\'s. Admins get "all" unless they ask for "own"; others only ever get their own.',
});
const groupings = ['day', 'engine', 'lora', 'api'] as const;

export const analyticsQuerySchema = z.strictObject({
  date_from: dateSchema.optional().meta({ description: 'Without it, the thirty days up to date_to; at most 366 days.' }),
  date_to: dateSchema.optional(),
  provider: z.enum(providerNames).optional(),
  engine: z.enum(engineIds).optional(),
  group_by: z.enum(groupings).optional().meta({ description: 'Default: day.' }),
  scope: scopeSchema,
});
export type AnalyticsQuery = z.infer<typeof analyticsQuerySchema>;

export const combinationSchema = countsSchema.extend({ lora_ids: z.array(z.number()) });
export const analyticsOutputSchema = z.object({
  scope: z.enum(['own', 'all']),
  date_from: z.iso.date(),
  date_to: z.iso.date(),
  group_by: z.enum(groupings),
  totals: usageSchema,
  groups: z.array(usageSchema.extend({ key: z.string() })),
  popular_lora_combinations: z.array(combinationSchema),
  /** How many came through the doors of the old system, and how many through the new ones. */
  adoption: z.object({ v1: z.number(), v2: z.number(), v2_share: z.number().nullable() }),
});
export type AnalyticsOutput = z.infer<typeof analyticsOutputSchema>;

/** What a user's generations came to, or everybody's for an admin. Days are UTC; `track_usage: false` is left out. A few seconds behind. */
export async function getAnalytics(
  { db }: Pick<GatewayContext, 'db'>,
  principal: Principal,
  query: AnalyticsQuery,
): Promise<AnalyticsOutput> {
  const { group_by: grouping = 'day' } = query;
  const scope = scopeOf(principal, query.scope);
  const days = toDays(query, new Date(), mostDays);
  const asked = { userId: scope === 'all' ? everybody : principal.userId, ...days, engines: toEngines(query) };
  const all: UsageQuery = { ...asked, dimension: 'all' };
  const [[totals], groups, combinations, byApi] = await Promise.all([
    sumUsage(db, all, { groupBy: null, limit: 1 }),
    grouping === 'lora' || grouping === 'api'
      ? sumUsage(db, { ...asked, dimension: grouping }, { groupBy: 'key', limit: mostGroups })
      : sumUsage(db, all, { groupBy: grouping, limit: mostGroups }),
    sumUsage(db, { ...asked, dimension: 'combination' }, { groupBy: 'key', limit: popularCombinations, times: false }),
    sumUsage(db, { ...asked, dimension: 'api' }, { groupBy: 'key', limit: mostGroups, times: false }),
  ]);
  return {
    scope,
    date_from: days.from,
    date_to: days.to,
    group_by: grouping,
    totals: presentUsage(totals),
    groups: groups.map((row) => ({ key: row.group, ...presentUsage(row) })),
    popular_lora_combinations: combinations.map(presentCombination),
    adoption: adoptionOf(byApi),
  };
}

/** Everybody's figures are for admins: FORBIDDEN for others who ask for them. */
export function scopeOf({ role }: Pick<Principal, 'role'>, asked: 'own' | 'all' | undefined): 'own' | 'all' {
  if (asked === 'all' && role !== 'admin') throw new AppError('FORBIDDEN', "Only admins see everybody's figures.");
  return asked ?? (role === 'admin' ? 'all' : 'own');
}

export function presentCombination(row: UsageRow): CountsOutput & { lora_ids: number[] } {
  return { lora_ids: row.group.split('+').map(Number), ...presentCounts(row) };
}

/** The doors that speak the old system's contracts. */
const legacyApis: ReadonlySet<string> = new Set(['v1', 'deployed']);

export function adoptionOf(byApi: readonly Pick<UsageRow, 'group' | 'generations'>[]): AnalyticsOutput['adoption'] {
  const sum = (rows: typeof byApi) => rows.reduce((total, { generations }) => total + generations, 0);
  const v1 = sum(byApi.filter(({ group }) => legacyApis.has(group)));
  const total = sum(byApi);
  return { v1, v2: total - v1, v2_share: total === 0 ? null : Math.round(((total - v1) / total) * 10_000) / 10_000 };
}
