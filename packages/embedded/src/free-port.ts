import { once } from 'node:events';
import { createServer } from 'node:net';

const handedOut = new Set<number>();

/**
 * A loopback TCP port that nothing listens on. Drawn below 32768, where Linux starts to number outgoing connections, so that none of
 * those takes it before the server that asked for it listens; never the same twice in one process.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 200; tries += 1) {
    const port = 15_000 + Math.floor(Math.random() * 17_000);
    if (handedOut.has(port) || !(await isFreePort(port))) continue;
    handedOut.add(port);
    return port;
  }
  throw new Error('No free TCP port found on 127.0.0.1 between 15000 and 32000');
}

export async function isFreePort(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
