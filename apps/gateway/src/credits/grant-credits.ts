import { AppError } from '@imagegen/core/errors/app-error';
import { microsToCredits, usdToMicros } from '@imagegen/core/estimate/money';
import { validationError } from '@imagegen/core/validation/validate';
import { grantCredits } from '@imagegen/db/queries/credits';
import { findUser, findUserBySubject } from '@imagegen/db/queries/identity';
import * as z from 'zod';
import type { GatewayContext } from '../context.ts';

const mostCredits = 1_000_000_000;

/** Whom an admin speaks of. */
export const someoneSchema = z.strictObject({
  user: z.string().trim().min(1).max(100).optional().meta({ description: 'Name of a user who comes with keys' }),
  user_id: z.int().positive().optional().meta({ description: 'Any user; one of the two is required' }),
});

export const grantSchema = someoneSchema.extend({
  amount: z.number().positive().max(mostCredits).refine(isWholeMicros, 'must have at most six decimals').meta({ description: 'Credits' }),
  idempotency_key: z.string().trim().min(1).max(200).meta({ description: 'The same key grants once, whenever it is sent again' }),
  note: z.string().trim().min(1).max(500).optional(),
});

export const grantedSchema = z.object({
  id: z.number(),
  user_id: z.number(),
  amount: z.number(),
  note: z.string().nullable(),
  created_at: z.string(),
  replayed: z.boolean().meta({ description: 'Whether the key had been used before, so that nothing was added now' }),
});

/** Adds to a balance, once for a key; for admins. Throws NOT_FOUND, and IDEMPOTENCY_KEY_REUSED for a key that stands for another grant. */
export async function grant(
  { db }: Pick<GatewayContext, 'db'>,
  { amount, idempotency_key: key, note, ...someone }: z.infer<typeof grantSchema>,
): Promise<z.infer<typeof grantedSchema>> {
  const userId = await findSomeone({ db }, someone);
  const amountMicros = usdToMicros(amount);
  const { grant: made, replayed } = await grantCredits(db, { userId, amountMicros, note: note ?? null, key });
  if (made.user_id !== userId || made.amount_micros !== amountMicros) {
    throw new AppError('IDEMPOTENCY_KEY_REUSED', 'This idempotency key was used before with another grant.');
  }
  const { id, user_id, amount_micros, created_at } = made;
  return { id, user_id, amount: microsToCredits(amount_micros), note: made.note, created_at: created_at.toISOString(), replayed };
}

/** Throws NOT_FOUND, and VALIDATION_ERROR for none or two. */
export async function findSomeone(
  { db }: Pick<GatewayContext, 'db'>,
  { user, user_id: userId }: z.infer<typeof someoneSchema>,
): Promise<number> {
  if ((user === undefined) === (userId === undefined))
    throw validationError([{ path: 'user', message: 'or user_id is required, not both' }]);
  const found = userId === undefined ? await findUserBySubject(db, `key:${user}`) : await findUser(db, userId);
  if (!found) throw new AppError('NOT_FOUND', 'User not found');
  return found.id;
}

function isWholeMicros(credits: number): boolean {
  return Math.abs(credits * 1e6 - Math.round(credits * 1e6)) < 1e-3;
}
