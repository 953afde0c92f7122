import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runScript } from './fixtures/script-process.ts';
import { startNats } from './nats.ts';
import { isNatsAnswering } from './nats-probe.ts';
import { identifyProcess } from './process-table.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { waitUntil } from './wait-until.ts';

function answers(url: string, password = new URL(url).password): Promise<boolean> {
  const { port, username } = new URL(url);
  return isNatsAnswering({ port: Number(port), user: username, password });
}

test('answers to its password only, which only the owner can read, and has JetStream', async () => {
  await using folder = await temporaryFolder();
  await using nats = await startNats({ dataDir: folder.path });
  expect(await answers(nats.url)).toBe(true);
  expect(await answers(nats.url, 'wrong')).toBe(false);
  for (const file of ['password', 'server.conf']) expect((await stat(join(folder.path, 'nats', file))).mode & 0o777).toBe(0o600);
  const { config } = (await (await fetch(`http://127.0.0.1:${nats.monitorPort}/jsz`)).json()) as { config: object };
  expect(config).toMatchObject({ max_storage: 2 * 1024 ** 3, store_dir: join(folder.path, 'nats/jetstream') });
});

test('can be told to sync every message', async () => {
  await using folder = await temporaryFolder();
  await using nats = await startNats({ dataDir: folder.path, syncAlways: true });
  const { config } = (await (await fetch(`http://127.0.0.1:${nats.monitorPort}/jsz`)).json()) as { config: object };
  expect(config).toMatchObject({ sync_always: true });
});

test('comes back under the same URL when it is killed', async () => {
  await using folder = await temporaryFolder();
  await using nats = await startNats({ dataDir: folder.path });
  const { pid } = nats.process;
  nats.process.kill('SIGKILL');
  expect(await waitUntil(() => nats.process.pid !== undefined && nats.process.pid !== pid, 5_000)).toBe(true);
  await nats.process.ready();
  expect(await answers(nats.url)).toBe(true);
});

test('a second owner is refused while the first lives, and takes over when it was killed', async () => {
  await using folder = await temporaryFolder();
  await using owner = await runScript<{ pid: number }>(`
    import { startNats } from './nats.ts';
    const { process: { pid } } = await startNats({ dataDir: ${JSON.stringify(folder.path)} });
    console.log(JSON.stringify({ pid }));`);
  await expect(startNats({ dataDir: folder.path })).rejects.toThrow(/in use by another running system/);
  await owner.kill();
  await using successor = await startNats({ dataDir: folder.path });
  expect(identifyProcess(owner.output.pid)).toBeUndefined();
  expect(await answers(successor.url)).toBe(true);
});
