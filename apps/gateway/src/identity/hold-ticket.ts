import type { Authenticator } from './authenticator.ts';
import type { Principal } from './principal.ts';

/** A ticket opens a connection, and holds for as long as any generation may take; whoever stays longer brings a new one. */
const ticketHoldsMs = 30 * 60_000;

/** Asked again and again over one connection: who it is that opened it with this ticket. Throws UNAUTHORIZED. */
export function holdTicket(
  authenticator: Pick<Authenticator, 'authenticateTicket'>,
  ticket: string,
  alreadyKnown?: Principal,
): () => Promise<Principal> {
  const hold = (principal: Principal) => ({ principal, until: Date.now() + ticketHoldsMs });
  let held = alreadyKnown && hold(alreadyKnown);
  return async () => {
    if (!held || held.until < Date.now()) held = hold(authenticator.authenticateTicket(ticket));
    return held.principal;
  };
}
