import { presetInputSchema, presetSettingsSchema } from '@imagegen/core/library/preset';
import { validate } from '@imagegen/core/validation/validate';
import * as z from 'zod';
import { type HistoryQuery, historyQuerySchema } from '../../generations/list-history.ts';
import { mostDays } from '../../insight/analytics.ts';
import { readDateRange } from '../../insight/date-range.ts';
import { loraAnalyticsQuerySchema } from '../../insight/lora-analytics.ts';
import { compatibilityInputSchema } from '../../library/check-compatibility.ts';
import { presetQuerySchema } from '../../library/manage-presets.ts';
import { presetFromGenerationSchema } from '../../library/preset-from-generation.ts';
import { historyShape } from '../data-input.ts';
import { readQuery } from '../read-query.ts';

/** This group is lenient: what it does not know it leaves aside. */
export const gatewayPresetSchema = z.object({
  ...presetInputSchema.shape,
  settings: z.object(presetSettingsSchema.shape).optional(),
});
export const gatewayPresetQuerySchema = z.object(presetQuerySchema.shape);
export const gatewayPresetFromGenerationSchema = z.object(presetFromGenerationSchema.shape);
export const gatewayCompatibilitySchema = z.object(compatibilityInputSchema.shape);
export const gatewayLoraAnalyticsSchema = z.object(loraAnalyticsQuerySchema.shape);
export const availableLorasSchema = z.object({
  include_stats: z.boolean().optional(),
  compatible_with: z.string().max(100).optional().meta({ description: 'An engine, a base model, or a LoRA by id, slug or name.' }),
});
export const favoriteBodySchema = z.object({ favorite: z.boolean().optional() });
export const retryBodySchema = z.object({ reroll: z.boolean().optional() });
export const gatewayHistorySchema = z.object({
  ...historyQuerySchema.shape,
  date_range: z.string().max(40).optional().meta({ description: '"7d" or "2026-01-01..2026-02-01"' }),
  filters: z.string().optional().meta({ description: 'The filters as one JSON object.' }),
});

/** The plan's `filters`, as JSON or as `filters[date_range]=…`, beside plain parameters; a date range becomes its two ends. */
export function translateHistory(query: unknown, now: Date): HistoryQuery {
  const flat = typeof query === 'object' && query !== null ? flatten(query) : {};
  const { date_range, filters: _, ...asked } = validate(gatewayHistorySchema, readQuery(flat, historyShape));
  if (date_range === undefined || asked.date_from !== undefined || asked.date_to !== undefined) return asked;
  const { from, to } = readDateRange(date_range, now, mostDays);
  return { ...asked, date_from: from, date_to: to };
}

function flatten(query: object): Record<string, unknown> {
  const entries = Object.entries(query).flatMap(([name, value]: [string, unknown]): [string, unknown][] => {
    if (name === 'filters') return Object.entries(readObject(value));
    return [[/^filters\[(\w+)\](\[\])?$/.exec(name)?.[1] ?? name, value]];
  });
  return Object.fromEntries(entries);
}

function readObject(text: unknown): object {
  try {
    const value: unknown = JSON.parse(String(text));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}
