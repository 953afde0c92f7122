import { setTimeout as pause } from 'node:timers/promises';
import { GatewayError } from '@imagegen/client/gateway-error';
import { findRunningSystem } from '@imagegen/embedded/running-system';
import { startSystem } from '@imagegen/embedded/system';
import { dataDirOf, repositoryRoot } from './paths.ts';
import { UsageError } from './usage-error.ts';

/** `configured`: named by the environment. `running`: of another process on this data folder. `own`: started here, stopped at the end. */
export type UsableSystem = AsyncDisposable & { kind: 'configured' | 'running' | 'own'; url: string; key: string };

type SystemWishes = {
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  /** Told what takes its time. */
  onActivity: (activity: string) => void;
};

/** Known to everybody, valid on development systems alone. */
const developmentKey = 'ig_dev_user1';
const takenLimitMs = 60_000;
const lookAgainMs = 250;
const maxMoves = 5;

/**
 * Does `work` on a system and ends that afterwards if it was started for this. A running system belongs to somebody who may stop it at
 * any moment: then `work` is done again on the next one, which has the same data; so it must be safe to repeat.
 */
export async function useSystem<Result>(wishes: SystemWishes, work: (system: UsableSystem) => Promise<Result>): Promise<Result> {
  for (let moves = 0; ; moves += 1) {
    await using system = await findSystem(wishes);
    wishes.signal.throwIfAborted();
    try {
      return await work(system);
    } catch (error) {
      if (system.kind !== 'running' || moves === maxMoves || !isGone(error)) throw error;
    }
  }
}

function isGone(error: unknown): boolean {
  return error instanceof GatewayError && (error.code === 'UNREACHABLE' || error.code === 'SERVICE_UNAVAILABLE');
}

async function findSystem({ env, signal, onActivity }: SystemWishes): Promise<UsableSystem> {
  if (env.GATEWAY_URL) return configuredSystem(env.GATEWAY_URL, env.GATEWAY_KEY);
  if (env.NODE_ENV === 'production')
    throw new UsageError('In production, set GATEWAY_URL and GATEWAY_KEY: only development starts a system by itself.');
  const dataDir = dataDirOf(env);
  const endsAt = Date.now() + takenLimitMs;
  let activity = 'starting Postgres, NATS, the gateway and the provider services';
  for (;;) {
    signal.throwIfAborted();
    const running = await findRunningSystem(dataDir);
    if (running) return { kind: 'running', url: running.gatewayUrl, key: developmentKey, [Symbol.asyncDispose]: async () => undefined };
    try {
      onActivity(activity);
      const { urls, [Symbol.asyncDispose]: stop } = await startSystem({
        rootDir: repositoryRoot,
        dataDir,
        env: { LOG_LEVEL: env.LOG_LEVEL || 'warn' },
      });
      return { kind: 'own', url: urls.gateway, key: developmentKey, [Symbol.asyncDispose]: stop };
    } catch (error) {
      if (!isTaken(error) || Date.now() > endsAt) throw error;
    }
    activity = 'waiting for the system that another command is starting or stopping';
    await pause(lookAgainMs, undefined, { signal }).catch(() => undefined);
  }
}

function configuredSystem(url: string, key: string | undefined): UsableSystem {
  if (!URL.canParse(url) || !/^https?:/.test(url)) throw new UsageError('GATEWAY_URL must be an http or https URL.');
  if (!key) throw new UsageError('GATEWAY_URL is set, so GATEWAY_KEY must hold an API key of that system.');
  return { kind: 'configured', url, key, [Symbol.asyncDispose]: async () => undefined };
}

/** Another process owns the data folder: it is starting a system there, or ending one. */
export function isTaken(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('A system is already running on');
}
