import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** Below the 25 s that a process has to stop (runtime/run-until-stopped.ts), with room for what comes after the door. */
const patienceMs = 10_000;
/**
 * Closing a kept connection at once would cut a request that is on its way over it. For so long everybody is still answered, and told with
 * the answer not to use the connection again.
 */
const farewellMs = 500;

/**
 * For stopping without a failed request. The function that is returned takes leave for half a second, then lets nobody new in, and resolves
 * when everybody inside has the answer, after 10 s at the latest. Answers without an end of their own (live events) are not waited for: their readers come back elsewhere.
 */
export function finishRequests(app: FastifyInstance): () => Promise<void> {
  const open = new Set<FastifyReply>();
  let isLeaving = false;
  let onClosed = () => {};
  app.addHook('onRequest', async (request, reply) => {
    // Sockets are closed on their own terms (accept-sockets.ts).
    if (request.headers.upgrade) return;
    if (isLeaving) reply.header('connection', 'close');
    open.add(reply);
    reply.raw.once('close', () => {
      open.delete(reply);
      onClosed();
    });
  });
  const isOwed = (reply: FastifyReply) => !reply.raw.headersSent || reply.hasHeader('content-length');

  return async () => {
    isLeaving = true;
    await pause(farewellMs);
    app.server.close();
    await new Promise<void>((resolve) => {
      const patience = setTimeout(resolve, patienceMs);
      onClosed = () => {
        if ([...open].some(isOwed)) return;
        clearTimeout(patience);
        resolve();
      };
      onClosed();
    });
  };
}
