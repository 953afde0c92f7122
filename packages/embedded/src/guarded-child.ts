import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

type GuardedChildOptions = {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Receives stdout and stderr: a file descriptor of this process, or `pipe` to read them here. */
  output: number | 'pipe';
  /** The child gives up root for this user. */
  user?: { uid: number; gid: number } | undefined;
  stopSignal?: NodeJS.Signals;
  /** Time between `stopSignal` and SIGKILL when stopped. */
  stopLimitMs?: number;
  /** What the child gets when this process is gone; SIGKILL follows within 1.2 s. */
  orphanSignal?: NodeJS.Signals;
};

export type GuardedChild = {
  readonly pid: number;
  /** stdout and stderr when `output` is `pipe`, else empty. */
  readonly streams: readonly Readable[];
  /** Settles when the child, its process group and its guard are gone. */
  readonly exited: Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
  stop(): Promise<Exit>;
};

/** Waits for the word to start, then becomes the command: same pid, and `ps` shows the command line itself. */
const launcher = 'read -r go <&3 || exit 125; exec "$@" 3<&-';

/** A line on stdin: the child ended in order. End of file: whoever held the other end is gone, so the child's group goes too. */
const guard = `
read -r ended && exit 0
kill -s "$2" -- "-$1"
tries=0
while [ "$2" != KILL ] && [ "$tries" -lt 24 ] && kill -s 0 "$1"; do sleep 0.05; tries=$((tries + 1)); done
kill -s KILL -- "-$1"
`;

/**
 * Starts a command that never outlives this process, not even when this process is killed with SIGKILL.
 *
 * - The command runs in its own session: Ctrl-C in a terminal does not reach it, `stop` decides when and in which order things end.
 * - A second process, the guard, waits on a pipe that only this process holds open. The command starts after its guard does; if this
 *   process dies between the two, the launcher meets the end of its own pipe and exits.
 * - Both are direct children, so both are reaped.
 *
 * Rejects when the process cannot be made (no `/bin/sh`, no right to become `user`). A command that does not exist exits 127.
 */
export async function startGuardedChild(command: readonly string[], options: GuardedChildOptions): Promise<GuardedChild> {
  const child = spawn('/bin/sh', ['-c', launcher, 'imagegen-launcher', ...command], {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['ignore', options.output, options.output, 'pipe'],
    ...options.user,
  });
  const exit = exitOf(child);
  const pid = await pidOf(child);
  const watcher = spawn('/bin/sh', ['-c', guard, 'imagegen-guard', String(pid), (options.orphanSignal ?? 'SIGKILL').slice(3)], {
    cwd: '/',
    env: { PATH: process.env.PATH },
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const watcherExit = exitOf(watcher);
  try {
    await pidOf(watcher);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  // Both may already be gone when they are written to; what matters then is their exit, which is awaited.
  watcher.stdin.on('error', () => undefined);
  const go = child.stdio[3] as NodeJS.WritableStream;
  go.on('error', () => undefined);
  go.end('go\n');

  const exited = exit.then(async (result) => {
    killGroup(pid);
    watcher.stdin.end('ended\n');
    await watcherExit;
    return result;
  });
  return {
    pid,
    streams: [child.stdout, child.stderr].filter((stream) => stream !== null),
    exited,
    kill: (signal) => void child.kill(signal),
    async stop() {
      child.kill(options.stopSignal ?? 'SIGTERM');
      const limit = setTimeout(() => child.kill('SIGKILL'), options.stopLimitMs ?? 10_000);
      try {
        return await exited;
      } finally {
        clearTimeout(limit);
      }
    },
  };
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
}

async function pidOf(child: ChildProcess): Promise<number> {
  await once(child, 'spawn');
  if (child.pid === undefined) throw new Error('A process was started without a pid');
  return child.pid;
}

/** A group keeps its number while it has a member, so this reaches what the child left behind and nobody else. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
