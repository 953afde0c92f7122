import { AppError } from '@imagegen/core/errors/app-error';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticator } from '../identity/authenticator.ts';
import { holdTicket } from '../identity/hold-ticket.ts';
import type { Principal } from '../identity/principal.ts';

const principals = new WeakMap<FastifyRequest, Principal>();

/** What a door accepts beside `Authorization`. */
export type Admitting = {
  /** The query parameter `ticket`, where browsers cannot send headers. */
  ticket?: boolean;
  /** Nothing at all, where the operator allows it (`LEGACY_ANONYMOUS`). A wrong key stays wrong. */
  anonymous?: boolean;
};

/** Every route of this scope needs a principal, asked for before the body is read. */
export function requirePrincipal(scope: FastifyInstance, authenticator: Authenticator, admitting: Admitting = {}): void {
  scope.addHook('onRequest', async (request) => {
    principals.set(request, await authenticateRequest(authenticator, request, admitting));
  });
}

/** Throws UNAUTHORIZED. */
export async function authenticateRequest(authenticator: Authenticator, request: FastifyRequest, admitting: Admitting): Promise<Principal> {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    const ticket = admitting.ticket ? ticketOf(request) : undefined;
    if (ticket !== undefined) return authenticator.authenticateTicket(ticket);
    if (admitting.anonymous) return authenticator.anonymous();
  }
  return authenticator.authenticate(authorization);
}

/** Asks again who is calling, as often as wanted. Throws UNAUTHORIZED once the key was revoked, or the token ran out. */
export type AskAgain = () => Promise<Principal>;

/** For answers that last, to a request that was let in; of the request nothing but its credentials is kept. */
export function askAgain(authenticator: Authenticator, request: FastifyRequest): AskAgain {
  const { authorization } = request.headers;
  const ticket = authorization === undefined ? ticketOf(request) : undefined;
  if (ticket === undefined) return () => authenticator.authenticate(authorization);
  return holdTicket(authenticator, ticket, principalOf(request));
}

function ticketOf({ query }: FastifyRequest): string | undefined {
  const ticket = typeof query === 'object' && query !== null && 'ticket' in query ? query.ticket : undefined;
  return typeof ticket === 'string' ? ticket : undefined;
}

/** Null on doors that ask for nobody. */
export function principalOrNull(request: FastifyRequest): Principal | null {
  return principals.get(request) ?? null;
}

export function principalOf(request: FastifyRequest): Principal {
  const principal = principals.get(request);
  if (!principal) throw new AppError('UNAUTHORIZED', 'Send an API key as "Authorization: Bearer <key>".');
  return principal;
}
