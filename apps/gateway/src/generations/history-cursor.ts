import { validationError } from '@imagegen/core/validation/validate';
import type { HistoryPosition } from '@imagegen/db/queries/history';

/** A place in a list as callers carry it: opaque, and of no use against another user's list. */
export function encodeCursor({ createdMicros, id }: HistoryPosition): string {
  return Buffer.from(`${createdMicros}.${id}`).toString('base64url');
}

/** Throws VALIDATION_ERROR for anything that `encodeCursor` has not made. */
export function decodeCursor(cursor: string): HistoryPosition {
  const [, createdMicros, id] = /^(\d{1,16})\.(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  const position = { createdMicros: Number(createdMicros), id: Number(id) };
  if (createdMicros === undefined || !Number.isSafeInteger(position.createdMicros) || encodeCursor(position) !== cursor) {
    throw validationError([{ path: 'cursor', message: 'must be the next_cursor of an earlier page' }]);
  }
  return position;
}
