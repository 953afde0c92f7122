import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from './history-cursor.ts';

describe('a cursor', () => {
  it.each([
    { createdMicros: 0, id: 0 },
    { createdMicros: 1_795_203_000_123_456, id: 987_654_321 },
  ])('carries %o there and back', (position) => {
    expect(decodeCursor(encodeCursor(position))).toEqual(position);
  });

  it.each([
    '',
    'x',
    '!!!',
    encodeCursor({ createdMicros: 1, id: 2 }).slice(1),
    `${encodeCursor({ createdMicros: 1, id: 2 })}=`,
    btoa('1.2; drop'),
    btoa('01.2'),
    btoa('9999999999999999.1'),
  ])('of %j is refused', (cursor) => {
    expect(() => decodeCursor(cursor)).toThrow('next_cursor');
  });
});
