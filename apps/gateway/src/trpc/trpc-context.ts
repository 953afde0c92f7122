import type { TRPCRequestInfo } from '@trpc/server/http';
import type { FastifyRequest } from 'fastify';
import type { GatewayContext } from '../context.ts';
import type { Principal } from '../identity/principal.ts';

export type TrpcContext = GatewayContext & { authenticate: () => Promise<Principal> };

/** Bearer header, or `connectionParams.token` where a browser cannot set headers (EventSource, WebSocket). */
export function createTrpcContext(
  context: GatewayContext,
  request: FastifyRequest,
  info: Pick<TRPCRequestInfo, 'connectionParams'>,
): TrpcContext {
  const token = info.connectionParams?.token;
  const authorization = request.headers.authorization ?? (token && `Bearer ${token}`);
  return { ...context, authenticate: () => context.authenticator.authenticate(authorization) };
}
