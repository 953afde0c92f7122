import { AppError } from '@imagegen/core/errors/app-error';
import { type FastifyTRPCPluginOptions, fastifyTRPCPlugin } from '@trpc/server/adapters/fastify';
import type { FastifyInstance } from 'fastify';
import type { GatewayContext } from '../context.ts';
import { type AppRouter, appRouter } from './app-router.ts';
import { answerHeaders } from './init.ts';
import { serveSocket } from './serve-socket.ts';
import { createTrpcContext } from './trpc-context.ts';

/** The router at `/trpc`: procedures over HTTP, subscriptions over SSE, and everything over a WebSocket. */
export async function registerTrpc(app: FastifyInstance, context: GatewayContext): Promise<void> {
  const trpcOptions: FastifyTRPCPluginOptions<AppRouter>['trpcOptions'] = {
    router: appRouter,
    createContext: ({ req, info }) => createTrpcContext(context, req, info),
    allowMethodOverride: true,
    responseMeta: answerHeaders,
    onError: ({ error, path }) => {
      if (error.code === 'INTERNAL_SERVER_ERROR') context.logger.error({ err: error.cause ?? error, path }, 'procedure failed');
    },
  };
  await app.register(fastifyTRPCPlugin, { prefix: '/trpc', trpcOptions });
  const serve = serveSocket(context, app.websocketServer);
  app.route({
    method: 'GET',
    url: '/trpc',
    handler: async () => {
      throw new AppError('NOT_FOUND', 'Call a procedure at /trpc/<name>, or open a WebSocket here.');
    },
    wsHandler: (socket, { raw }) => serve(socket, raw),
  });
}
