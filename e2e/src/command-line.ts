import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';

const rootDir = resolve(import.meta.dirname, '../..');

type Place = { dataDir: string; outDir: string; env?: NodeJS.ProcessEnv };

export type CommandEnd = { exitCode: number | null; stdout: string; stderr: string };

export type RunningCommand = { readonly pid: number; interrupt(): void; readonly ended: Promise<CommandEnd> };

/** `generate` as a user runs it, with nothing of this process's environment but what every shell has. */
export function startGenerate(args: readonly string[], { dataDir, outDir, env }: Place): RunningCommand {
  const child = spawn(process.execPath, ['apps/cli/src/main.ts', 'generate', ...args, '--out', outDir], {
    cwd: rootDir,
    env: { PATH: process.env.PATH, HOME: dataDir, DATA_DIR: dataDir, SIMULATOR_LATENCY_MS: '20-60', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]).then(([[exitCode], stdout, stderr]) => ({
    exitCode: exitCode as number | null,
    stdout,
    stderr,
  }));
  return { pid: child.pid ?? 0, interrupt: () => void child.kill('SIGINT'), ended };
}

export function runGenerate(args: readonly string[], place: Place): Promise<CommandEnd> {
  return startGenerate(args, place).ended;
}

/** Command lines of living processes that name the folder, in their arguments or their environment. */
export function processesOn(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => read(`${pid}/environ`).includes(folder) || read(`${pid}/cmdline`).includes(folder))
    .map((pid) => read(`${pid}/cmdline`).replaceAll('\0', ' '))
    .filter(Boolean);
}

function read(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return '';
  }
}
