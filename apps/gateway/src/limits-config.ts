import { isIP } from 'node:net';
import { envSchema } from '@imagegen/runtime/env';
import * as z from 'zod';

const atLeastOne = () => envSchema.count().pipe(z.number().min(1).max(1_000_000_000));

/** How much anybody may ask, and from where. */
export const limitsEnv = {
  RATE_LIMIT_WRITES_PER_MINUTE: atLeastOne().default(100),
  RATE_LIMIT_READS_PER_MINUTE: atLeastOne().default(1200),
  RATE_LIMIT_PER_IP_PER_MINUTE: atLeastOne().default(6000),
  MAX_QUEUED_PER_USER: atLeastOne().default(1000),
  MAX_QUEUED: atLeastOne().default(100_000),
  TRUSTED_PROXIES: envSchema
    .list()
    .refine((entries) => entries.every(isNetwork), 'must be addresses or CIDR ranges')
    .default([]),
  CORS_ORIGINS: envSchema
    .list()
    .refine((origins) => origins.every(isOrigin), 'must be origins such as https://app.example.com')
    .default([]),
};

export type LimitsConfig = {
  /** Calls a minute and user. */
  calls: { read: number; write: number };
  callsPerAddress: number;
  /** Open generations of one user. */
  maxQueuedPerUser: number;
  /** Open generations of all users. */
  maxQueued: number;
  /** Whose `X-Forwarded-For` is believed. */
  trustedProxies: string[];
  corsOrigins: string[];
};

export function limitsConfig(env: z.infer<z.ZodObject<typeof limitsEnv>>): LimitsConfig {
  return {
    calls: { read: env.RATE_LIMIT_READS_PER_MINUTE, write: env.RATE_LIMIT_WRITES_PER_MINUTE },
    callsPerAddress: env.RATE_LIMIT_PER_IP_PER_MINUTE,
    maxQueuedPerUser: env.MAX_QUEUED_PER_USER,
    maxQueued: env.MAX_QUEUED,
    trustedProxies: env.TRUSTED_PROXIES,
    corsOrigins: env.CORS_ORIGINS,
  };
}

function isNetwork(entry: string): boolean {
  const [address = '', prefix = '0', ...rest] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || !/^\d{1,3}$/.test(prefix)) return false;
  return Number(prefix) <= (version === 4 ? 32 : 128);
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text;
}
