import { randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'; // Crockford's base 32

/**
 * `<prefix>_` and 26 characters: 48 bits of time in milliseconds, then 80 random bits (the layout of ULID), so that new rows land side by
 * side in an index and ids cannot be guessed.
 */
export function newId(prefix: 'gen' | 'req' | 'att'): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  randomBytes(10).copy(bytes, 6);
  let value = bytes.readBigUInt64BE(0);
  let text = '';
  const low = bytes.readBigUInt64BE(8);
  value = (value << 64n) | low;
  for (let digit = 0; digit < 26; digit += 1) {
    text = alphabet[Number(value & 31n)] + text;
    value >>= 5n;
  }
  return `${prefix}_${text}`;
}

/** 192 random bits in URL-safe text. */
export function newToken(): string {
  return randomBytes(24).toString('base64url');
}
