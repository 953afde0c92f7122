import { expect, test } from 'vitest';
import { identifyProcess, startOfLiving } from './process-table.ts';

/** As proc_pid_stat(5) orders them: state is the third field, the number of threads the 20th, the start time the 22nd. */
const stat = (state: string, threads: number) =>
  `4711 (a (strange) name) ${state} 1 4711 4711 0 -1 4194560 0 0 0 0 5 1 0 0 20 0 ${threads} 0 987654 0 0`;

test('a process that runs or sleeps lives', () => {
  expect(startOfLiving(stat('R', 1))).toBe('987654');
  expect(startOfLiving(stat('S', 11))).toBe('987654');
});

test('a zombie and a process that is gone live no more', () => {
  expect(startOfLiving(stat('Z', 1))).toBeUndefined();
  expect(startOfLiving(stat('X', 1))).toBeUndefined();
  expect(startOfLiving('')).toBeUndefined();
});

test('a killed process lives until the last of its threads is gone, since they hold its ports', () => {
  expect(startOfLiving(stat('Z', 3))).toBe('987654');
});

test('this process lives, and is the same one each time it is asked for', () => {
  expect(identifyProcess(process.pid)).toMatchObject({ pid: process.pid });
  expect(identifyProcess(process.pid)).toEqual(identifyProcess(process.pid));
});
