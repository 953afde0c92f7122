import type { TRPCRequestInfo } from '@trpc/server/http';
import type { FastifyRequest } from 'fastify';
import type { GatewayContext } from '../context.ts';
import type { Principal } from '../identity/principal.ts';
import type { Standing } from '../limits/sliding-window.ts';

export type TrpcContext = GatewayContext & {
  authenticate: () => Promise<Principal>;
  /** Of the calls admitted or refused so far, for the answer's headers. */
  standings: Standing[];
};

/** Bearer header, or `connectionParams` with `token` or `ticket` where a browser cannot set headers (EventSource, WebSocket). */
export function createTrpcContext(
  context: GatewayContext,
  request: FastifyRequest,
  info: Pick<TRPCRequestInfo, 'connectionParams'>,
): TrpcContext {
  const { token, ticket } = info.connectionParams ?? {};
  const authorization = request.headers.authorization ?? (token === undefined ? undefined : `Bearer ${token}`);
  const authenticate = async () =>
    authorization === undefined && ticket !== undefined
      ? context.authenticator.authenticateTicket(ticket)
      : context.authenticator.authenticate(authorization);
  return { ...context, standings: [], authenticate };
}
