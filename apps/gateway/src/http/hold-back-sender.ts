import type { WebSocket } from 'ws';

/** Of answers and events the other end has not taken yet. */
const mostUnreadBytes = 1024 * 1024;

/**
 * Reads nothing more from a socket whose other end does not take what it is sent, until it does: so what piles up here are the answers to
 * the calls that were read already, and no more. As pongs are not read either, the heartbeat drops a reader that has stopped for good.
 */
export function holdBackSender(socket: WebSocket): void {
  const send = socket.send.bind(socket) as (data: string, sent: () => void) => void;
  const resume = () => {
    if (socket.isPaused && socket.bufferedAmount <= mostUnreadBytes) socket.resume();
  };
  socket.send = (data: string) => {
    send(data, resume);
    if (socket.bufferedAmount > mostUnreadBytes) socket.pause();
  };
}
