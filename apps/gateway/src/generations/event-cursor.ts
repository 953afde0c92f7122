import { validationError } from '@imagegen/core/validation/validate';
import * as z from 'zod';

/** How far the log of each generation was read: `generation_id` to the last seq. */
export type Positions = ReadonlyMap<string, number>;

const maxChars = 8_000;
const positionsSchema = z.array(z.tuple([z.string().max(64), z.int().min(1)])).max(1_000);

/** Opaque to callers: base64url of the positions. */
export function encodeCursor(positions: Positions): string {
  return Buffer.from(JSON.stringify([...positions])).toString('base64url');
}

/** Throws VALIDATION_ERROR for one that we did not make. */
export function decodeCursor(cursor: string): Positions {
  const parsed = positionsSchema.safeParse(readJson(cursor));
  if (!parsed.success) throw validationError([{ path: 'last_event_id', message: 'is not an id of one of these events' }]);
  return new Map(parsed.data);
}

function readJson(cursor: string): unknown {
  if (cursor.length > maxChars) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
