import type { WebSocket } from 'ws';
import { connectionHeartbeat, stalledMs as defaultStalledMs } from './heartbeat.ts';

/**
 * Sends messages over a WebSocket, each as JSON, until they end or it closes. Nothing is read ahead of what the connection takes, so a slow
 * reader costs one message of memory and, after half a minute, its connection; so does one that does not answer a ping until the next.
 */
export async function sendOverSocket(
  socket: WebSocket,
  messages: AsyncIterable<object>,
  { stalledMs = defaultStalledMs, heartbeat = connectionHeartbeat } = {},
): Promise<void> {
  let blockedAt: number | null = null;
  let alive = true;
  const answered = () => {
    alive = true;
  };
  socket.on('pong', answered);
  using _ = heartbeat.add(() => {
    if (!alive || (blockedAt !== null && performance.now() - blockedAt > stalledMs)) return socket.terminate();
    alive = false;
    socket.ping();
  });
  try {
    for await (const message of messages) {
      blockedAt = performance.now();
      await sent(socket, message);
      blockedAt = null;
    }
  } finally {
    socket.off('pong', answered);
  }
}

/** Resolves when the message has left for the network, or never will. */
function sent(socket: WebSocket, message: object): Promise<void> {
  return new Promise((resolve) => socket.send(JSON.stringify(message), () => resolve()));
}
