import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@imagegen/runtime/secret';
import * as z from 'zod';
import type { Principal } from './principal.ts';

export const ticketSeconds = 60;

const claimsSchema = z.strictObject({ user: z.int().positive(), role: z.enum(['user', 'admin']), expires: z.int() });

/**
 * Short-lived stand-ins for credentials where a browser can send no header: EventSource, WebSocket, `<img>`. A ticket is signed, not stored,
 * so every gateway knows it. It stands in an address, so it may only read.
 */
export class Tickets {
  readonly #key: Uint8Array;

  constructor(secret: Secret) {
    this.#key = new Uint8Array(hkdfSync('sha256', secret.reveal(), '', 'imagegen tickets 1', 32));
  }

  issue({ userId, role }: Pick<Principal, 'userId' | 'role'>, now: number = Date.now()): string {
    const claims = { user: userId, role, expires: Math.floor(now / 1000) + ticketSeconds };
    const text = Buffer.from(JSON.stringify(claims)).toString('base64url');
    return `${text}.${this.#sign(text).toString('base64url')}`;
  }

  /** Null when the ticket is not ours or has run out. */
  principalOf(ticket: string, now: number = Date.now()): Principal | null {
    const [text = '', signature = '', ...rest] = ticket.split('.');
    const given = Buffer.from(signature, 'base64url');
    const expected = this.#sign(text);
    if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    const { user, role, expires } = claimsSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return expires * 1000 > now ? { userId: user, role, scopes: ['read'], keyId: null } : null;
  }

  #sign(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest();
  }
}
