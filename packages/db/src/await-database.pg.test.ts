import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createTestDatabase } from '@imagegen/embedded/testing';
import { expect, it } from 'vitest';
import { awaitDatabase } from './await-database.ts';
import { openDatabase } from './open-database.ts';

const open = (url: URL) =>
  openDatabase({ url: url.href, poolSize: 1, connectWithinMs: 500, applicationName: 'test', onIdleError: () => {} });

it('waits for a server that comes later', async () => {
  await using database = await createTestDatabase();
  const real = new URL(database.url);
  const later = createServer((socket) => {
    const server = connect(Number(real.port), real.hostname);
    socket.pipe(server).pipe(socket);
    for (const end of [socket, server]) end.on('error', () => undefined);
    socket.on('close', () => server.destroy());
    server.on('close', () => socket.destroy());
  });
  later.listen(0, '127.0.0.1');
  await once(later, 'listening');
  const { port } = later.address() as AddressInfo;
  later.close();
  await once(later, 'close');

  const db = open(Object.assign(new URL(database.url), { hostname: '127.0.0.1', port: String(port) }));
  const reached = awaitDatabase(db);
  await expect(awaitDatabase(db, 0)).rejects.toThrow();
  later.listen(port, '127.0.0.1');
  await reached;
  await db.destroy();
  later.close();
});

it('does not wait for a database that the server does not have', async () => {
  await using database = await createTestDatabase();
  const db = open(Object.assign(new URL(database.url), { pathname: '/no_such_database' }));
  await expect(awaitDatabase(db)).rejects.toThrow(/no_such_database/);
  await db.destroy();
});
