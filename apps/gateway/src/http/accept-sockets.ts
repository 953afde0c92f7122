import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';

/** RFC 6455 §7.4.1, and the registry of close codes for 1012: whoever hears it comes back at once. */
const serviceRestart = 1012;

/**
 * WebSockets for the routes registered afterwards. On the way down they are closed with 1012, not told to reconnect in tRPC's words:
 * hearing those, its client sends calls that have no answer yet a second time, mutations too.
 */
export async function acceptSockets(app: FastifyInstance, maxPayload: number): Promise<void> {
  app.addHook('preClose', async () => {
    for (const socket of app.websocketServer.clients) socket.close(serviceRestart);
  });
  await app.register(websocket, {
    options: { maxPayload },
    errorHandler: (error, socket, request) => {
      // What breaks the protocol or the size limit has been answered with a close code already (ws).
      if ('code' in error && String(error.code).startsWith('WS_ERR_')) return request.log.debug({ err: error }, 'socket refused');
      request.log.error({ err: error }, 'socket failed');
      socket.terminate();
    },
  });
}
