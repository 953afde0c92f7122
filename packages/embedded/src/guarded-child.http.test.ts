import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runScript } from './fixtures/script-process.ts';
import { startGuardedChild } from './guarded-child.ts';
import { commandLineOf, findProcesses, identifyProcess } from './process-table.ts';
import { waitUntil } from './wait-until.ts';

const options = { cwd: '/', env: { PATH: process.env.PATH }, output: 'pipe' } as const;

const guardsOf = (pid: number) => findProcesses((line) => line[3] === 'imagegen-guard' && line[4] === String(pid));

test('hands on the exit code', async () => {
  const child = await startGuardedChild(['sh', '-c', 'exit 7'], options);
  expect(await child.exited).toEqual({ code: 7, signal: null });
});

test('hands on the signal that ended the command, and its guard goes too', async () => {
  const child = await startGuardedChild(['sleep', '60'], options);
  expect(guardsOf(child.pid)).toHaveLength(1);
  child.kill('SIGUSR1');
  expect(await child.exited).toEqual({ code: null, signal: 'SIGUSR1' });
  expect(guardsOf(child.pid)).toEqual([]);
});

test('shows the command itself in the process table, in a session of its own', async () => {
  const child = await startGuardedChild(['sleep', '61'], options);
  expect(await waitUntil(() => commandLineOf(child.pid).join(' ') === 'sleep 61', 2_000)).toBe(true);
  const [, , group, session] = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  expect([group, session]).toEqual([String(child.pid), String(child.pid)]);
  await child.stop();
});

test('a command that does not exist exits 127', async () => {
  const child = await startGuardedChild(['/no/such/program'], options);
  expect((await child.exited).code).toBe(127);
});

test('stopping lets the command end in its own way', async () => {
  const child = await startGuardedChild(['sh', '-c', 'trap "exit 3" TERM; echo on; while :; do sleep 0.02; done'], options);
  await new Promise((resolve) => child.streams[0]?.once('data', resolve));
  expect(await child.stop()).toEqual({ code: 3, signal: null });
});

test('a command that does not stop in time is killed, and what it started with it', async () => {
  const child = await startGuardedChild(['sh', '-c', 'trap "" TERM; sleep 62 & echo $!; wait'], { ...options, stopLimitMs: 50 });
  const inner = Number(await new Promise((resolve) => child.streams[0]?.once('data', resolve)));
  expect(identifyProcess(inner)).toBeDefined();
  expect(await child.stop()).toEqual({ code: null, signal: 'SIGKILL' });
  expect(await waitUntil(() => identifyProcess(inner) === undefined, 1_000)).toBe(true);
});

test.each(['SIGKILL', 'SIGTERM'])(
  'a child that ignores SIGTERM is gone within 2 s of the death of its parent (%s)',
  async (orphanSignal) => {
    await using parent = await runScript<{ pid: number }>(`
    import { startGuardedChild } from './guarded-child.ts';
    const child = await startGuardedChild(['sh', '-c', 'trap "" TERM; echo; while :; do sleep 0.05; done'],
      { cwd: '/', env: { PATH: process.env.PATH }, output: 'pipe', orphanSignal: '${orphanSignal}' });
    await new Promise((resolve) => child.streams[0].once('data', resolve));
    console.log(JSON.stringify({ pid: child.pid }));`);
    const { pid } = parent.output;
    expect(identifyProcess(pid)).toBeDefined();
    await parent.kill();
    expect(await waitUntil(() => identifyProcess(pid) === undefined && guardsOf(pid).length === 0, 2_000)).toBe(true);
  },
);
