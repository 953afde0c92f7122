import type { IncomingMessage } from 'node:http';
import type { TRPCRequestInfo } from '@trpc/server/http';
import type { GatewayContext } from '../context.ts';
import { holdTicket } from '../identity/hold-ticket.ts';
import type { Principal } from '../identity/principal.ts';
import type { Standing } from '../limits/sliding-window.ts';

/** Of one HTTP request with all its calls, or of one WebSocket. */
export type TrpcContext = GatewayContext & {
  /** Asked for every call and every event: a key that was revoked in between ends here. Throws UNAUTHORIZED. */
  authenticate: () => Promise<Principal>;
  /** Of the calls admitted or refused so far the one with the least left, for the answer's headers. */
  limits: { tightest?: Standing };
};

/** Bearer header, or `connectionParams` with `token` or `ticket` where a browser cannot set headers (EventSource, WebSocket). */
export function createTrpcContext(
  context: GatewayContext,
  { headers }: Pick<IncomingMessage, 'headers'>,
  { connectionParams }: Pick<TRPCRequestInfo, 'connectionParams'>,
): TrpcContext {
  const { token, ticket } = connectionParams ?? {};
  const authorization = headers.authorization ?? (token === undefined ? undefined : `Bearer ${token}`);
  const authenticate =
    authorization === undefined && ticket !== undefined
      ? holdTicket(context.authenticator, ticket)
      : () => context.authenticator.authenticate(authorization);
  return { ...context, limits: {}, authenticate };
}
