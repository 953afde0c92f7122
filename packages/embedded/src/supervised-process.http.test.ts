import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from './free-port.ts';
import { isHttpAnswering } from './http-probe.ts';
import { identifyProcess } from './process-table.ts';
import { startSupervisedProcess } from './supervised-process.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { waitUntil } from './wait-until.ts';

async function superviseNode(folder: string, script: string) {
  const port = await freePort();
  const lines: string[] = [];
  const supervised = startSupervisedProcess({
    name: 'app',
    command: [process.execPath, '-e', script],
    cwd: '/',
    env: { PORT: String(port) },
    logFile: join(folder, 'app.log'),
    isReady: () => isHttpAnswering(`http://127.0.0.1:${port}/healthz`),
    onLine: (line) => lines.push(line),
  });
  return { supervised, lines };
}

const server = `require('node:http').createServer((_, response) => response.end()).listen(process.env.PORT, () => console.log('up', process.pid))`;

test('a process that is killed comes back, and both lives are in one log', async () => {
  await using folder = await temporaryFolder();
  const { supervised, lines } = await superviseNode(folder.path, server);
  await using app = supervised;
  await app.ready();
  const firstPid = app.pid;
  app.kill('SIGKILL');
  expect(await waitUntil(() => app.pid !== undefined && app.pid !== firstPid, 2_000)).toBe(true);
  await app.ready();
  const log = [`up ${firstPid}`, `up ${app.pid}`];
  expect(lines).toEqual(log);
  expect(await readFile(join(folder.path, 'app.log'), 'utf8')).toBe(`${log.join('\n')}\n`);
});

test('a stopped process stays away', async () => {
  await using folder = await temporaryFolder();
  const { supervised } = await superviseNode(folder.path, server);
  await supervised.ready();
  const pid = supervised.pid!;
  await supervised.stop();
  expect(identifyProcess(pid)).toBeUndefined();
  expect(supervised.pid).toBeUndefined();
});

test('a process that dies again and again is reported with its last words, not waited for', async () => {
  await using folder = await temporaryFolder();
  const { supervised } = await superviseNode(folder.path, `console.error('DATABASE_URL is missing'); process.exit(78)`);
  await using app = supervised;
  await expect(app.ready()).rejects.toThrow(/^app exited with code 78; its log is .*app\.log:\nDATABASE_URL is missing$/);
});
