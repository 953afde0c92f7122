import { hostname } from 'node:os';
import { envSchema } from '@imagegen/runtime/env';
import { logLevels } from '@imagegen/runtime/logger';
import { type VaultConfig, vaultConfig, vaultEnv } from '@imagegen/vault/open-vault';
import * as z from 'zod';

/** What every provider service reads from its environment, beside its provider's own variables. */
export const workerEnv = {
  ...vaultEnv,
  NODE_ENV: z.enum(['development', 'test', 'production']).default('production'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  NATS_URL: z.url({ protocol: /^(nats|tls)$/ }),
  LOG_LEVEL: z.enum(logLevels).default('info'),
  SERVICE_VERSION: z.string().max(64).default('development'),
  HEALTH_PORT: envSchema.port().default(8080),
  WORKER_CONCURRENCY: envSchema.count().pipe(z.number().min(1).max(256)).default(16),
  MAX_RUNNING_PER_USER: envSchema.count().pipe(z.number().min(1)).default(5),
  BREAKER_MIN_CALLS: envSchema.count().pipe(z.number().min(1)).default(20),
  PROVIDER_WEBHOOK_BASE_URL: envSchema.httpUrl().optional(),
  SIMULATOR_URL: envSchema.httpUrl().optional(),
};

type ParsedWorkerEnv = z.infer<z.ZodObject<typeof workerEnv>>;

export type WorkerConfig = {
  databaseUrl: string;
  natsUrl: string;
  logLevel: ParsedWorkerEnv['LOG_LEVEL'];
  /** What is deployed, for those who operate it. */
  version: string;
  healthPort: number;
  /** Generations worked on at once by this process. */
  concurrency: number;
  /** Generations of one user in progress at once, over all processes; the others wait. */
  maxRunningPerUser: number;
  /** Calls within half a minute before a failing engine is left alone. */
  breakerMinCalls: number;
  callbackBaseUrl: string | null;
  vault: VaultConfig;
  owner: string;
};

export function workerConfig(env: ParsedWorkerEnv): WorkerConfig {
  return {
    databaseUrl: env.DATABASE_URL,
    natsUrl: env.NATS_URL,
    logLevel: env.LOG_LEVEL,
    version: env.SERVICE_VERSION,
    healthPort: env.HEALTH_PORT,
    concurrency: env.WORKER_CONCURRENCY,
    maxRunningPerUser: env.MAX_RUNNING_PER_USER,
    breakerMinCalls: env.BREAKER_MIN_CALLS,
    callbackBaseUrl: env.PROVIDER_WEBHOOK_BASE_URL ?? null,
    vault: vaultConfig(env),
    owner: `${hostname()}:${process.pid}`,
  };
}
