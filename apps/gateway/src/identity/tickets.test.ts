import { Secret } from '@imagegen/runtime/secret';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Tickets } from './tickets.ts';

const tickets = new Tickets(new Secret('one'));
const now = Date.UTC(2026, 10, 20);
const alice = { userId: 7, role: 'user' } as const;

describe('a ticket', () => {
  it('stands for its user and role, to read, for a minute, at every gateway with the same secret', () => {
    const ticket = tickets.issue(alice, now);
    const elsewhere = new Tickets(new Secret('one'));
    expect(elsewhere.principalOf(ticket, now + 59_000)).toEqual({ ...alice, scopes: ['read'], keyId: null });
    expect(elsewhere.principalOf(ticket, now + 60_000)).toBeNull();
  });

  it('fits into an address as it is', () => expect(tickets.issue(alice, now)).toMatch(/^[\w.-]+$/));

  it('of another secret is nothing', () => {
    expect(new Tickets(new Secret('two')).principalOf(tickets.issue(alice, now), now)).toBeNull();
  });

  it('changed anywhere is nothing', () => {
    const ticket = tickets.issue(alice, now);
    const forged = Buffer.from(JSON.stringify({ user: 8, role: 'admin', expires: 9_999_999_999 })).toString('base64url');
    expect(tickets.principalOf(`${forged}.${ticket.split('.')[1]}`, now)).toBeNull();
    expect(tickets.principalOf(`${ticket}.x`, now)).toBeNull();
    fc.assert(
      fc.property(fc.nat(ticket.indexOf('.') - 1), (at) => {
        const changed = `${ticket.slice(0, at)}${ticket[at] === 'A' ? 'B' : 'A'}${ticket.slice(at + 1)}`;
        expect(tickets.principalOf(changed, now)).toBeNull();
      }),
    );
  });

  it('made up is nothing', () => {
    fc.assert(fc.property(fc.string(), (text) => tickets.principalOf(text, now) === null));
  });
});
