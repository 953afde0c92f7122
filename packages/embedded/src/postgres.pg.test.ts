import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { runScript } from './fixtures/script-process.ts';
import { startPostgres } from './postgres.ts';
import { identifyProcess } from './process-table.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { isRoot, nobody, type SystemUser } from './unprivileged-user.ts';
import { waitUntil } from './wait-until.ts';

async function query(connectionString: string, statement: string): Promise<unknown[][]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query({ text: statement, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

const ownerScript = (dataDir: string) => `
  import { startPostgres } from './postgres.ts';
  const { url, process: { pid } } = await startPostgres({ dataDir: ${JSON.stringify(dataDir)} });
  console.log(JSON.stringify({ url, pid }));`;

type Owned = { url: string; pid: number };

test('keeps its data and password over a restart, and syncs to disk', async () => {
  await using folder = await temporaryFolder();
  {
    await using first = await startPostgres({ dataDir: folder.path });
    await query(first.url, `CREATE TABLE picture AS SELECT 'kept' AS name`);
    expect(await query(first.url, `SELECT current_setting('fsync'), current_setting('max_connections')`)).toEqual([['on', '200']]);
    expect(await query(first.url, `SELECT current_setting('server_encoding'), current_setting('listen_addresses')`)).toEqual([
      ['UTF8', '127.0.0.1'],
    ]);
  }
  await using second = await startPostgres({ dataDir: folder.path });
  expect(await query(second.url, 'SELECT name FROM picture')).toEqual([['kept']]);
});

test('nobody gets in without the password, which only the owner can read', async () => {
  await using folder = await temporaryFolder();
  await using postgres = await startPostgres({ dataDir: folder.path, durable: false });
  const withoutPassword = new URL(postgres.url);
  withoutPassword.password = 'wrong';
  await expect(query(withoutPassword.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
  expect(await modeOf(join(folder.path, 'postgres/password'))).toBe(0o600);
  expect(await modeOf(join(folder.path, 'postgres/cluster'))).toBe(0o700);
});

test('comes back under the same URL when it is killed', async () => {
  await using folder = await temporaryFolder();
  await using postgres = await startPostgres({ dataDir: folder.path, durable: false });
  const { pid } = postgres.process;
  postgres.process.kill('SIGKILL');
  expect(await waitUntil(() => postgres.process.pid !== undefined && postgres.process.pid !== pid, 5_000)).toBe(true);
  await postgres.process.ready();
  expect(await query(postgres.url, 'SELECT 1')).toEqual([[1]]);
});

test('a second owner is refused while the first lives, and takes over when it was killed', async () => {
  await using folder = await temporaryFolder();
  await using owner = await runScript<Owned>(ownerScript(folder.path));
  await query(owner.output.url, `CREATE TABLE picture AS SELECT 'kept' AS name`);
  await expect(startPostgres({ dataDir: folder.path })).rejects.toThrow(/in use by another running system/);
  await owner.kill();
  await using successor = await startPostgres({ dataDir: folder.path });
  expect(identifyProcess(owner.output.pid)).toBeUndefined();
  expect(await query(successor.url, 'SELECT name FROM picture')).toEqual([['kept']]);
});

test('a server is gone within 2 s of the death of its owner', async () => {
  await using folder = await temporaryFolder();
  await using owner = await runScript<Owned>(ownerScript(folder.path));
  await owner.kill();
  expect(await waitUntil(() => identifyProcess(owner.output.pid) === undefined, 2_000)).toBe(true);
});

test('a pid file whose number now belongs to another process does not matter', async () => {
  await using folder = await temporaryFolder();
  await (await startPostgres({ dataDir: folder.path }))[Symbol.asyncDispose]();
  await writeFile(join(folder.path, 'postgres/cluster/postmaster.pid'), `${process.pid}\n`);
  await using postgres = await startPostgres({ dataDir: folder.path });
  expect(postgres.process.pid).not.toBe(process.pid);
});

test('an initdb that was cut off is done again', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'postgres/cluster.new/base'), { recursive: true });
  await using postgres = await startPostgres({ dataDir: folder.path, durable: false });
  expect(await query(postgres.url, 'SELECT 1')).toEqual([[1]]);
});

/** initdb wants its user to have a name. */
async function anyOrdinaryUser(): Promise<SystemUser> {
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':').slice(2, 4).map(Number));
  const [uid = 0, gid = 0] = users.find(([uid]) => uid !== 0 && uid !== nobody.uid) ?? [];
  return { uid, gid };
}

if (isRoot()) {
  test('below a folder that only root can enter, the cluster is kept elsewhere and the folder stays closed', async () => {
    await using folder = await temporaryFolder();
    await chmod(folder.path, 0o700);
    const dataDir = join(folder.path, 'checkout/.data');
    {
      await using first = await startPostgres({ dataDir });
      await query(first.url, `CREATE TABLE picture AS SELECT 'kept' AS name`);
    }
    const place = (await readFile(join(dataDir, 'postgres/LOCATION'), 'utf8')).trim();
    try {
      await using second = await startPostgres({ dataDir });
      expect(await query(second.url, 'SELECT name FROM picture')).toEqual([['kept']]);
      expect(await modeOf(folder.path)).toBe(0o700);
    } finally {
      await rm(place, { recursive: true });
    }
    await expect(startPostgres({ dataDir })).rejects.toThrow(/was kept in .*, which is gone/);
  });

  test('a data folder that is made anew gets a new cluster', async () => {
    await using folder = await temporaryFolder();
    await chmod(folder.path, 0o700);
    for (const expected of ['first', 'second']) {
      await using postgres = await startPostgres({ dataDir: folder.path, durable: false });
      await query(postgres.url, `CREATE TABLE ${expected} (id int)`);
      expect(await query(postgres.url, `SELECT relname FROM pg_class WHERE relname IN ('first', 'second')`)).toEqual([[expected]]);
    }
  });

  test('an ordinary user runs it as himself, and root goes on with his cluster without taking it over', async () => {
    await using folder = await temporaryFolder();
    await chmod(folder.path, 0o777);
    const user = await anyOrdinaryUser();
    const dataDir = join(folder.path, 'data');
    await using owner = await runScript<Owned>(ownerScript(dataDir), user);
    await query(owner.output.url, `CREATE TABLE picture AS SELECT 'kept' AS name`);
    await owner.kill();
    await using asRoot = await startPostgres({ dataDir });
    expect(await query(asRoot.url, 'SELECT name FROM picture')).toEqual([['kept']]);
    expect((await stat(join(dataDir, 'postgres/cluster/PG_VERSION'))).uid).toBe(user.uid);
  });
}
