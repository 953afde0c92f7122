import { readdirSync, readlinkSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runScript } from './fixtures/script-process.ts';
import { commandLineOf, findProcesses, identifyProcess } from './process-table.ts';
import { findRunningSystem } from './running-system.ts';
import { startSystem } from './system.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { testNats, testPostgres } from './testing.ts';
import { waitUntil } from './wait-until.ts';

/** Answers `/healthz`, and its environment everywhere else. */
const healthyApp = `
import { createServer } from 'node:http';
const port = process.env.HEALTH_PORT ?? process.env.SIMULATOR_PORT ?? process.env.PORT;
createServer(({ url }, response) => response.end(url === '/healthz' ? '' : JSON.stringify(process.env))).listen(port, '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
`;

const names = ['gateway', 'fal', 'replicate', 'openai', 'simulator'];

/** A repository whose apps do nothing but answer, and an environment in which only the listed servers exist. */
async function fixture() {
  const folder = await temporaryFolder();
  for (const name of names) await writeApp(folder.path, name, healthyApp);
  const env = {
    FAL_KEY: '',
    REPLICATE_API_TOKEN: '',
    OPENAI_API_KEY: '',
    SIMULATOR_URL: '',
    DATABASE_URL: testPostgres(),
    NATS_URL: testNats(),
  };
  return { ...folder, options: { rootDir: folder.path, dataDir: join(folder.path, '.data'), env } };
}

async function writeApp(rootDir: string, name: string, source: string) {
  await mkdir(join(rootDir, 'apps', name, 'src'), { recursive: true });
  await writeFile(join(rootDir, 'apps', name, 'src/main.ts'), source);
}

/** Apps run in the repository's root. */
function processesIn(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === folder;
    } catch {
      return false;
    }
  });
}

const environmentOf = async (url: string) => (await (await fetch(`${url}/env`)).json()) as NodeJS.ProcessEnv;

test('starts everything, is found while it runs, and leaves nothing behind', async () => {
  await using repository = await fixture();
  const { dataDir } = repository.options;
  const options = { ...repository.options, env: { ...repository.options.env, DATABASE_URL: '', NATS_URL: '' }, gateways: 2 };
  const system = await startSystem(options);
  const pids = Object.values(system.processes).map(({ pid }) => pid!);
  expect(Object.keys(system.processes).sort()).toEqual([...names, 'gateway-2', 'nats', 'postgres'].sort());
  expect(commandLineOf(system.processes.fal!.pid!)).toEqual([process.execPath, 'apps/fal/src/main.ts']);
  expect(await environmentOf(system.urls.gateway)).toMatchObject({
    DATA_DIR: dataDir,
    VAULT_DIR: join(dataDir, 'vault'),
    DATABASE_URL: system.urls.database,
    NATS_URL: system.urls.nats,
    SIMULATOR_URL: system.urls.simulator,
    PUBLIC_BASE_URL: system.urls.gateway,
    SIMULATOR_LEDGER_FILE: join(dataDir, 'simulator-ledger.ndjson'),
  });
  expect(await findRunningSystem(dataDir)).toMatchObject({ gatewayUrl: system.urls.gateway, supervisor: { pid: process.pid } });
  expect((await stat(join(dataDir, 'system.json'))).mode & 0o777).toBe(0o600);
  await system[Symbol.asyncDispose]();
  expect(pids.filter((pid) => identifyProcess(pid))).toEqual([]);
  expect(await findRunningSystem(dataDir)).toBeUndefined();
  expect((await readdir(dataDir)).sort()).toEqual(['logs', 'nats', 'postgres']);
});

test('each app gets what was meant for it, and only the apps asked for run', async () => {
  await using repository = await fixture();
  const envFor = { gateway: { LOG_LEVEL: 'debug' } };
  await using system = await startSystem({ ...repository.options, only: ['gateway', 'fal'], envFor });
  expect(Object.keys(system.processes).sort()).toEqual(['fal', 'gateway', 'simulator']);
  expect((await environmentOf(system.urls.gateway)).LOG_LEVEL).toBe('debug');
  expect((await environmentOf(system.urls.simulator!)).LOG_LEVEL).toBeUndefined();
});

test('an app that is killed comes back', async () => {
  await using repository = await fixture();
  const ended: string[] = [];
  await using system = await startSystem({ ...repository.options, only: ['gateway'], onExit: (name) => ended.push(name) });
  const gateway = system.processes.gateway!;
  const { pid } = gateway;
  expect(processesIn(repository.path)).toEqual([String(pid)]);
  gateway.kill('SIGKILL');
  expect(await waitUntil(() => gateway.pid !== undefined && gateway.pid !== pid, 2_000)).toBe(true);
  await gateway.ready();
  expect(ended).toEqual(['gateway']);
  expect(await findRunningSystem(repository.options.dataDir)).toBeDefined();
});

test('a second system on the same folder is refused by a sentence that says where the first is', async () => {
  await using repository = await fixture();
  await using first = await startSystem({ ...repository.options, only: ['gateway'] });
  await expect(startSystem({ ...repository.options, only: ['gateway'] })).rejects.toThrow(
    `A system is already running on ${repository.options.dataDir} (process ${process.pid}, ${first.urls.gateway})`,
  );
  expect(await findRunningSystem(repository.options.dataDir)).toBeDefined();
});

test('a port that another program uses is refused before anything starts', async () => {
  await using repository = await fixture();
  const port = Number(new URL(testPostgres()).port);
  await expect(startSystem({ ...repository.options, port })).rejects.toThrow(`Port ${port} is in use`);
});

test('an app that does not come up ends the start with its last words, and nothing keeps running', async () => {
  await using repository = await fixture();
  await writeApp(repository.path, 'fal', `console.error('FAL_QUEUE_URL: not a URL'); process.exit(78);`);
  await expect(startSystem(repository.options)).rejects.toThrow(/^fal exited with code 78; .*\nFAL_QUEUE_URL: not a URL$/s);
  expect(processesIn(repository.path)).toEqual([]);
  expect(await readdir(repository.options.dataDir)).toEqual(['logs']);
});

test('orphans of a supervisor that was killed together with its guards are ended at the next start', async () => {
  await using repository = await fixture();
  const options = { ...repository.options, only: ['gateway', 'fal'] as const };
  await using supervisor = await runScript<{ pids: number[]; url: string }>(`
    import { startSystem } from './system.ts';
    const system = await startSystem(${JSON.stringify(options)});
    console.log(JSON.stringify({ pids: Object.values(system.processes).map(({ pid }) => pid), url: system.urls.gateway }));`);
  const { pids, url } = supervisor.output;
  expect((await findRunningSystem(options.dataDir))?.gatewayUrl).toBe(url);
  const guards = findProcesses((line) => line[3] === 'imagegen-guard' && pids.includes(Number(line[4])));
  expect(guards).toHaveLength(3);
  for (const { pid } of guards) process.kill(pid, 'SIGKILL');
  await supervisor.kill();
  expect(pids.filter((pid) => identifyProcess(pid))).toEqual(pids);
  expect(await findRunningSystem(options.dataDir)).toBeUndefined();

  await using next = await startSystem({ ...options, port: Number(new URL(url).port) });
  expect(pids.filter((pid) => identifyProcess(pid))).toEqual([]);
  expect(next.urls.gateway).toBe(url);
  expect(JSON.parse(await readFile(join(options.dataDir, 'pids/fal.json'), 'utf8')).identity.pid).toBe(next.processes.fal!.pid);
});
