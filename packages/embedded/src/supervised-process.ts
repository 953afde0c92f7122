import { closeSync, existsSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { type Exit, type GuardedChild, startGuardedChild } from './guarded-child.ts';

export type SupervisedProcess = AsyncDisposable & {
  readonly name: string;
  /** Undefined between a death and the restart, and after `stop`. */
  readonly pid: number | undefined;
  /** Resolves as soon as the process answers. Rejects, with its last words, when it died three times before or takes over 30 s. */
  ready(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Ends it for good. */
  stop(): Promise<void>;
};

type SupervisedProcessOptions = {
  name: string;
  command: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Appended to; created with mode 0600. */
  logFile: string;
  isReady: (pid: number) => Promise<boolean>;
  /** Runs before every start. */
  prepare?: () => Promise<void>;
  user?: { uid: number; gid: number } | undefined;
  stopSignal?: NodeJS.Signals;
  stopLimitMs?: number;
  orphanSignal?: NodeJS.Signals;
  onLine?: ((line: string) => void) | undefined;
  onStart?: (pid: number) => void;
  /** Told when the process ended by itself, before it is started again. */
  onExit?: (exit: Exit) => void;
};

const firstPauseMs = 200;
const longestPauseMs = 5_000;
const healthyLifeMs = 10_000;
const readyLimitMs = 30_000;
const deathsBeforeGivingUp = 3;

/** Keeps one process running: one that ends by itself is started again after 200 ms, doubling to 5 s; 10 s of life reset the pause. */
export function startSupervisedProcess(options: SupervisedProcessOptions): SupervisedProcess {
  const stopping = new AbortController();
  let child: GuardedChild | undefined;
  let deaths = 0;
  let logStart = 0;
  let lastEnd = 'has not started';
  const ended = keepRunning();

  async function keepRunning(): Promise<void> {
    let pauseMs = firstPauseMs;
    while (!stopping.signal.aborted) {
      const startedAt = performance.now();
      try {
        const exit = await runOnce();
        if (stopping.signal.aborted) return;
        lastEnd = exit.signal ? `was ended by ${exit.signal}` : `exited with code ${exit.code}`;
        options.onExit?.(exit);
      } catch (error) {
        lastEnd = `could not start: ${error instanceof Error ? error.message : String(error)}`;
      }
      deaths += 1;
      if (performance.now() - startedAt >= healthyLifeMs) pauseMs = firstPauseMs;
      await pause(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      pauseMs = Math.min(longestPauseMs, pauseMs * 2);
    }
  }

  async function runOnce(): Promise<Exit> {
    await options.prepare?.();
    const log = openSync(options.logFile, 'a', 0o600);
    logStart = statSync(options.logFile).size;
    try {
      const started = await startGuardedChild(options.command, { ...options, output: options.onLine ? 'pipe' : log });
      try {
        child = started;
        // `stop` may have been called while the process was being made; then it ends at once, below.
        if (stopping.signal.aborted) return await started.stop();
        options.onStart?.(started.pid);
        const lines = started.streams.map((stream) => readLines(stream, log));
        const [exit] = await Promise.all([started.exited, ...lines]);
        return exit;
      } finally {
        child = undefined;
        await started.stop();
      }
    } finally {
      closeSync(log);
    }
  }

  async function readLines(stream: Readable, log: number): Promise<void> {
    for await (const line of createInterface({ input: stream })) {
      writeSync(log, `${line}\n`);
      options.onLine?.(line);
    }
  }

  async function ready(): Promise<void> {
    const deathsBefore = deaths;
    const endsAt = performance.now() + readyLimitMs;
    while (!stopping.signal.aborted) {
      if (child && (await options.isReady(child.pid))) return;
      if (deaths - deathsBefore >= deathsBeforeGivingUp) throw notReady(lastEnd);
      if (performance.now() > endsAt) throw notReady(child ? `did not answer within ${readyLimitMs / 1000} s` : lastEnd);
      await pause(25);
    }
    throw new Error(`${options.name} was stopped before it was ready`);
  }

  function notReady(reason: string): Error {
    const log = existsSync(options.logFile) ? readFileSync(options.logFile) : Buffer.of();
    const words = log.subarray(logStart).toString().trim().split('\n').slice(-8).join('\n');
    return new Error(`${options.name} ${reason}; its log is ${options.logFile}${words && `:\n${words}`}`);
  }

  async function stop(): Promise<void> {
    stopping.abort();
    await child?.stop();
    await ended;
  }

  return {
    name: options.name,
    get pid() {
      return child?.pid;
    },
    ready,
    kill: (signal) => child?.kill(signal),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
