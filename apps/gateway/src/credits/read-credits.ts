import { transferKinds } from '@imagegen/core/credits/transfer';
import { microsToCredits } from '@imagegen/core/estimate/money';
import { validationError } from '@imagegen/core/validation/validate';
import { type ListedTransfer, listTransfers, readBalance } from '@imagegen/db/queries/credits';
import * as z from 'zod';
import type { GatewayContext } from '../context.ts';

const defaultPerPage = 20;

export const balanceSchema = z.object({
  mode: z.enum(['unlimited', 'metered']),
  available: z.number().nullable().meta({ description: 'Credits; null where they are unlimited' }),
  held: z.number().meta({ description: 'Set aside for generations under way; what they do not cost comes back' }),
  daily: z
    .object({ cap: z.number(), spent: z.number() })
    .nullable()
    .meta({ description: 'What may be spent in a day of UTC, and what of it is spent or held; null without a cap' }),
});

export const creditHistoryQuerySchema = z.strictObject({
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().min(1).max(64).optional().meta({ description: 'The next_cursor of the page before.' }),
});

export const creditHistorySchema = z.object({
  items: z.array(
    z.object({
      id: z.number(),
      kind: z.enum(transferKinds),
      amount: z.number().meta({ description: 'Credits that moved' }),
      change: z.number().meta({ description: 'What that did to the available balance' }),
      generation_id: z.string().nullable(),
      note: z.string().nullable(),
      created_at: z.string(),
    }),
  ),
  next_cursor: z.string().nullable(),
});

export async function getBalance(
  { db, config }: Pick<GatewayContext, 'db' | 'config'>,
  userId: number,
): Promise<z.infer<typeof balanceSchema>> {
  const { metered, dailyCapPerUserMicros: cap } = config.credits;
  const { available_micros, held_micros, spent_today_micros } = await readBalance(db, userId);
  return {
    mode: metered ? 'metered' : 'unlimited',
    available: metered ? microsToCredits(available_micros) : null,
    held: microsToCredits(held_micros),
    daily: cap === null ? null : { cap: microsToCredits(cap), spent: microsToCredits(spent_today_micros) },
  };
}

/** Newest first. */
export async function getCreditHistory(
  { db }: Pick<GatewayContext, 'db'>,
  userId: number,
  { limit = defaultPerPage, cursor }: z.infer<typeof creditHistoryQuerySchema>,
): Promise<z.infer<typeof creditHistorySchema>> {
  const before = cursor === undefined ? null : decodeCursor(cursor);
  const rows = await listTransfers(db, { userId, before, limit: limit + 1 });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { items: page.map(presentTransfer), next_cursor: rows.length > limit && last ? encodeCursor(last.id) : null };
}

function presentTransfer({ amount_micros, change_micros, created_at, ...rest }: ListedTransfer) {
  return { ...rest, amount: microsToCredits(amount_micros), change: microsToCredits(change_micros), created_at: created_at.toISOString() };
}

function encodeCursor(id: number): string {
  return Buffer.from(`transfer ${id}`).toString('base64url');
}

function decodeCursor(cursor: string): number {
  const [, id] = /^transfer (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (id === undefined) throw validationError([{ path: 'cursor', message: 'must be the next_cursor of an earlier page' }]);
  return Number(id);
}
