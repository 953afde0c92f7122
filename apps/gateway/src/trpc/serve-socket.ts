import type { IncomingMessage } from 'node:http';
import { getWSConnectionHandler } from '@trpc/server/adapters/ws';
import type { WebSocket, WebSocketServer } from 'ws';
import type { GatewayContext } from '../context.ts';
import { holdBackSender } from '../http/hold-back-sender.ts';
import { appRouter } from './app-router.ts';
import { createTrpcContext } from './trpc-context.ts';

/** Whoever has not said by then who they are is sent away. Long enough to read why the first call was refused. */
const introductionMs = 5_000;
/** A reader that takes nothing, or is gone without a word, is dropped after half a minute; it comes back and resumes. */
const keepAlive = { enabled: true, pingMs: 15_000, pongWaitMs: 15_000 };
/** RFC 6455 §7.4.1. */
const policyViolation = 1008;

/** tRPC's WebSocket protocol. Rights, limits and errors are those of the procedures: each call is counted and refused for itself. */
export function serveSocket(
  context: GatewayContext,
  server: WebSocketServer,
): (socket: WebSocket, request: Pick<IncomingMessage, 'headers' | 'url'>) => void {
  const strangers = new WeakMap<WebSocket, NodeJS.Timeout>();
  const handle = getWSConnectionHandler({
    wss: server,
    router: appRouter,
    keepAlive,
    createContext: ({ req, res: socket, info }) => {
      const created = createTrpcContext(context, req, info);
      created.authenticate().then(
        () => clearTimeout(strangers.get(socket)),
        () => undefined,
      );
      return created;
    },
    onError: ({ error, path }) => {
      if (path && error.code === 'INTERNAL_SERVER_ERROR') context.logger.error({ err: error.cause ?? error, path }, 'procedure failed');
    },
  });
  return (socket, request) => {
    strangers.set(
      socket,
      setTimeout(() => socket.close(policyViolation), introductionMs),
    );
    socket.once('close', () => clearTimeout(strangers.get(socket)));
    holdBackSender(socket);
    handle(socket, request as IncomingMessage);
  };
}
