import { AppError } from '@imagegen/core/errors/app-error';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticator } from '../identity/authenticator.ts';
import type { Principal } from '../identity/principal.ts';

const principals = new WeakMap<FastifyRequest, Principal>();

/** Every route of this scope needs a key, asked for before the body is read. */
export function requirePrincipal(scope: FastifyInstance, authenticator: Authenticator): void {
  scope.addHook('onRequest', async (request) => {
    principals.set(request, await authenticator.authenticate(request.headers.authorization));
  });
}

export function principalOf(request: FastifyRequest): Principal {
  const principal = principals.get(request);
  if (!principal) throw new AppError('UNAUTHORIZED', 'Send an API key as "Authorization: Bearer <key>".');
  return principal;
}
