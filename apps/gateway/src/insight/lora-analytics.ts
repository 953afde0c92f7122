import { limits } from '@imagegen/core/generation/input';
import { everybody } from '@imagegen/core/insight/roll-up';
import { validationError } from '@imagegen/core/validation/validate';
import { sumUsage, type UsageQuery, type UsageRow } from '@imagegen/db/queries/usage';
import * as z from 'zod';
import type { GatewayContext } from '../context.ts';
import type { Principal } from '../identity/principal.ts';
import { combinationSchema, mostDays, presentCombination, scopeOf, scopeSchema } from './analytics.ts';
import { type DayRange, dateSchema, readDateRange, toDays } from './date-range.ts';
import { averageWeight, presentUsage, usageSchema } from './present-usage.ts';

const mostLoras = 100;
const mostCombinations = 2_000;
const shownCombinations = 20;

export const loraAnalyticsQuerySchema = z.strictObject({
  lora_id: z.int().min(1).max(limits.seedMax).optional().meta({ description: 'Absent: every LoRA that was used, the most used first.' }),
  date_range: z.string().max(40).optional().meta({ description: '"7d", "all" (a year) or "2026-01-01..2026-02-01"; default 30 days.' }),
  date_from: dateSchema.optional(),
  date_to: dateSchema.optional(),
  scope: scopeSchema,
});
export type LoraAnalyticsQuery = z.infer<typeof loraAnalyticsQuerySchema>;

export const loraAnalyticsOutputSchema = z.object({
  scope: z.enum(['own', 'all']),
  date_from: z.iso.date(),
  date_to: z.iso.date(),
  loras: z.array(usageSchema.extend({ lora_id: z.number(), name: z.string().nullable(), avg_weight: z.number() })),
  by_day: z.array(usageSchema.extend({ day: z.iso.date() })),
  combinations: z.array(combinationSchema),
});
export type LoraAnalyticsOutput = z.infer<typeof loraAnalyticsOutputSchema>;

/** How LoRAs were used, by the caller or, for an admin, by everybody. Throws INVALID_LORA for one that is not known. */
export async function getLoraAnalytics(
  { db, loras }: Pick<GatewayContext, 'db' | 'loras'>,
  principal: Principal,
  query: LoraAnalyticsQuery,
): Promise<LoraAnalyticsOutput> {
  const { lora_id: loraId } = query;
  if (loraId !== undefined) await loras.resolve([{ id: loraId, weight: 1 }]);
  const scope = scopeOf(principal, query.scope);
  const days = daysOf(query);
  const asked = { userId: scope === 'all' ? everybody : principal.userId, ...days };
  const used: UsageQuery = { ...asked, dimension: 'lora', ...(loraId !== undefined && { key: String(loraId) }) };
  const [rows, byDay, combinations, catalogue] = await Promise.all([
    sumUsage(db, used, { groupBy: 'key', limit: mostLoras }),
    sumUsage(db, used, { groupBy: 'day', limit: mostDays }),
    sumUsage(db, { ...asked, dimension: 'combination' }, { groupBy: 'key', limit: mostCombinations, times: false }),
    loras.all(),
  ]);
  const names = new Map(catalogue.map(({ id, name }) => [id, name]));
  const withIt = (row: UsageRow) => loraId === undefined || row.group.split('+').includes(String(loraId));
  return {
    scope,
    date_from: days.from,
    date_to: days.to,
    loras: rows.map((row) => ({
      lora_id: Number(row.group),
      name: names.get(Number(row.group)) ?? null,
      ...presentUsage(row),
      avg_weight: averageWeight(row),
    })),
    by_day: byDay.map((row) => ({ day: row.group, ...presentUsage(row) })),
    combinations: combinations.filter(withIt).slice(0, shownCombinations).map(presentCombination),
  };
}

function daysOf({ date_range, date_from, date_to }: LoraAnalyticsQuery): DayRange {
  const now = new Date();
  if (date_from === undefined && date_to === undefined) return readDateRange(date_range, now, mostDays);
  if (date_range !== undefined) throw validationError([{ path: 'date_range', message: 'must be absent beside date_from and date_to' }]);
  return toDays({ date_from, date_to }, now, mostDays);
}
