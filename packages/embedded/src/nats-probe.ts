import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

type NatsAddress = { port: number; user: string; password: string };

/**
 * Whether a nats-server with JetStream accepts this password: its INFO line, then CONNECT and PING until PONG.
 * Protocol: https://docs.nats.io/reference/reference-protocols/nats-protocol
 */
export async function isNatsAnswering({ port, user, password }: NatsAddress): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1', timeout: 1_000 });
  socket.on('timeout', () => socket.destroy());
  try {
    await once(socket, 'connect');
    for await (const line of createInterface({ input: socket })) {
      if (line.startsWith('INFO ')) {
        if (JSON.parse(line.slice(5)).jetstream !== true) return false;
        socket.write(`CONNECT ${JSON.stringify({ verbose: false, pedantic: false, user, pass: password })}\r\nPING\r\n`);
      } else {
        return line === 'PONG';
      }
    }
    return false;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
