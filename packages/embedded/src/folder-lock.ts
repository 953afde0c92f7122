import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { realpath } from 'node:fs/promises';
import { createServer } from 'node:net';

/**
 * Makes this process the only owner of a folder, until disposed; undefined when another process (or this one, earlier) owns it.
 * The lock is a name in Linux' abstract socket namespace (unix(7)): taken atomically, given back by the kernel however the process ends.
 */
export async function lockFolder(folder: string): Promise<AsyncDisposable | undefined> {
  if (process.platform !== 'linux')
    throw new Error(`Running the servers from npm needs Linux, this is ${process.platform}: use docker compose`);
  const name = createHash('sha256')
    .update(await realpath(folder))
    .digest('hex');
  const server = createServer((socket) => socket.destroy());
  try {
    server.listen(`\0imagegen-folder-${name}`);
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
  server.unref();
  return {
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}
