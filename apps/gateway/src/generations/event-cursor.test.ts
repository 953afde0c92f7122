import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from './event-cursor.ts';

describe('the cursor over several logs', () => {
  it('comes back as it was', () => {
    const positions = new Map([
      ['gen_a', 3],
      ['gen_b', 12],
    ]);
    expect(decodeCursor(encodeCursor(positions))).toEqual(positions);
  });

  it.each(['', '7', 'not base64url!', encode({ gen_a: 1 }), encode([['gen_a', 0]]), encode([['gen_a']]), 'A'.repeat(9_000)])(
    'refuses %.20s',
    (cursor) => {
      expect(() => decodeCursor(cursor)).toThrow('last_event_id: is not an id of one of these events');
    },
  );
});

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
