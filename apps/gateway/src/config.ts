import type { CreditTerms } from '@imagegen/core/credits/terms';
import type { EngineId } from '@imagegen/core/engines/engine';
import type { DoorDefaults } from '@imagegen/core/generation/settings';
import { ConfigurationError, envSchema, parseEnv } from '@imagegen/runtime/env';
import type { PostPolicy } from '@imagegen/runtime/guarded-post';
import { type LogLevel, logLevels } from '@imagegen/runtime/logger';
import { Secret } from '@imagegen/runtime/secret';
import { type VaultConfig, vaultConfig, vaultEnv } from '@imagegen/vault/open-vault';
import * as z from 'zod';
import { creditsEnv, creditTerms } from './credits/credits-config.ts';
import { type IdentityConfig, identityConfig, identityEnv, identityProblems } from './identity-config.ts';
import { legacyPathsEnv } from './legacy-paths-config.ts';
import { type LimitsConfig, limitsConfig, limitsEnv } from './limits-config.ts';
import { type WebhooksConfig, webhooksConfig, webhooksEnv } from './webhooks/webhooks-config.ts';
import { webhooksOutEnv, webhookTargets } from './webhooks-out/webhooks-out-config.ts';

const gatewayEnv = {
  ...vaultEnv,
  ...identityEnv,
  ...limitsEnv,
  ...creditsEnv,
  ...webhooksEnv,
  ...webhooksOutEnv,
  NODE_ENV: z.enum(['development', 'test', 'production']).default('production'),
  PORT: envSchema.port().default(3000),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_POOL_SIZE: envSchema.count().pipe(z.number().min(2).max(200)).default(16),
  NATS_URL: z.url({ protocol: /^(nats|tls)$/ }),
  LOG_LEVEL: z.enum(logLevels).default('info'),
  PUBLIC_BASE_URL: envSchema.httpUrl().optional(),
  VAULT_PUBLIC_BASE_URL: envSchema.httpUrl().optional(),
  IMAGE_SIGNING_SECRET: envSchema.secret().optional(),
  OPENAI_IMAGE_MODEL: z.string().default('gpt-image-2'),
  REPLICATE_MULTI_LORA_VERSION: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits')
    .optional(),
  SAFETY_CHECKER: envSchema.flag().default(true),
  CONSOLE_DIR: z.string().min(1).optional(),
  LEGACY_PATHS: legacyPathsEnv.default({}),
};

export type GatewayConfig = {
  development: boolean;
  host: string;
  port: number;
  databaseUrl: string;
  databasePoolSize: number;
  natsUrl: string;
  logLevel: LogLevel;
  /** Where callers reach us; the address we listen on when not configured. */
  publicBaseUrl: string | null;
  /** A CDN in front of the vault's pictures. */
  imageBaseUrl: string | null;
  imageSigningSecret: Secret;
  vault: VaultConfig;
  mapping: { openaiModel: string; multiLoraVersion: string | null; safetyChecker: boolean };
  webhooks: WebhooksConfig;
  /** Where webhooks of ours may go. */
  webhookTargets: PostPolicy;
  identity: IdentityConfig;
  limits: LimitsConfig;
  credits: CreditTerms;
  /** Where the built console lies; null: none is served. */
  consoleDir: string | null;
  /** Further paths of the first API group, and the engine each stands for. */
  legacyPaths: Readonly<Record<string, EngineId | 'auto'>>;
};

/** v2 and tRPC (design: steps, cfg defaults). */
export const canonicalDefaults: DoorDefaults = { steps: 40, cfgScale: 7.5 };

export function loadConfig(environment: NodeJS.ProcessEnv): GatewayConfig {
  const env = parseEnv(gatewayEnv, environment);
  const development = env.NODE_ENV !== 'production';
  const problems = identityProblems(env);
  if (!development && !env.IMAGE_SIGNING_SECRET) problems.push('IMAGE_SIGNING_SECRET: needed in production');
  if (problems.length > 0) throw new ConfigurationError(problems);
  return {
    development,
    host: env.HOST,
    port: env.PORT,
    databaseUrl: env.DATABASE_URL,
    databasePoolSize: env.DATABASE_POOL_SIZE,
    natsUrl: env.NATS_URL,
    logLevel: env.LOG_LEVEL,
    publicBaseUrl: env.PUBLIC_BASE_URL ?? null,
    imageBaseUrl: env.VAULT_PUBLIC_BASE_URL ?? null,
    imageSigningSecret: env.IMAGE_SIGNING_SECRET ?? new Secret('development image links'),
    vault: vaultConfig(env),
    mapping: {
      openaiModel: env.OPENAI_IMAGE_MODEL,
      multiLoraVersion: env.REPLICATE_MULTI_LORA_VERSION ?? null,
      safetyChecker: env.SAFETY_CHECKER,
    },
    consoleDir: env.CONSOLE_DIR ?? null,
    legacyPaths: env.LEGACY_PATHS,
    identity: identityConfig(env),
    limits: limitsConfig(env),
    credits: creditTerms(env),
    webhooks: webhooksConfig(env),
    webhookTargets: webhookTargets(env, { development }),
  };
}
