import { randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'; // Crockford's base 32
const timeDigits = 10;
const randomDigits = 16;

/** Random bytes are drawn in bulk: asking for a few at a time costs more than everything else here. */
const pool = Buffer.alloc(4096);
let used = pool.length;

type IdPrefix = 'gen' | 'req' | 'att' | 'http' | 'whe';

/**
 * `<prefix>_` and 26 characters: 48 bits of time in milliseconds, then 80 random bits (the layout of ULID), so that new rows land side by
 * side in an index and ids cannot be guessed.
 */
export function newId(prefix: IdPrefix): string {
  let random = '';
  for (let digit = 0; digit < randomDigits; digit += 1) random += alphabet.charAt(nextByte() & 31);
  return `${idsFrom(prefix, Date.now())}${random}`;
}

/** What every id made at this moment, in milliseconds since 1970, begins with; earlier ones sort before it. */
export function idsFrom(prefix: IdPrefix, atMs: number): string {
  let time = '';
  for (let rest = atMs, digit = 0; digit < timeDigits; digit += 1) {
    time = alphabet.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  return `${prefix}_${time}`;
}

function nextByte(): number {
  if (used === pool.length) {
    randomBytes(pool.length).copy(pool);
    used = 0;
  }
  used += 1;
  return pool.readUInt8(used - 1);
}

/** 192 random bits in URL-safe text. */
export function newToken(): string {
  return randomBytes(24).toString('base64url');
}
