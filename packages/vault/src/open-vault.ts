import { ConfigurationError, envSchema } from '@imagegen/runtime/env';
import * as z from 'zod';
import type { S3VaultConfig } from './s3-vault.ts';
import type { Vault } from './vault.ts';

/** The vault's environment variables, to be spread into the shape that a process hands to `parseEnv`. */
export const vaultEnv = {
  VAULT_KIND: z.enum(['disk', 's3']).default('disk'),
  VAULT_DIR: z.string().optional(),
  VAULT_S3_BUCKET: z.string().optional(),
  VAULT_S3_REGION: z.string().optional(),
  VAULT_S3_ENDPOINT: envSchema.httpUrl().optional(),
  VAULT_S3_PREFIX: z
    .string()
    .regex(/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/, 'letters, digits, "_", ".", "-", with "/" between parts')
    .optional(),
  VAULT_S3_ACCESS_KEY_ID: envSchema.secret().optional(),
  VAULT_S3_SECRET_ACCESS_KEY: envSchema.secret().optional(),
};

type ParsedVaultEnv = z.infer<z.ZodObject<typeof vaultEnv>>;

export type VaultConfig = { kind: 'disk'; dir: string } | S3VaultConfig;

/** Throws a ConfigurationError that names the variables which are missing or contradict `VAULT_KIND`. */
export function vaultConfig(env: ParsedVaultEnv): VaultConfig {
  return env.VAULT_KIND === 'disk' ? diskConfig(env) : s3Config(env);
}

/** Opens the store. The S3 SDK is loaded only by those who use it: it costs tens of megabytes of memory. */
export async function openVault(config: VaultConfig): Promise<Vault> {
  if (config.kind === 'disk') {
    const { openDiskVault } = await import('./disk-vault.ts');
    return openDiskVault(config.dir);
  }
  const { openS3Vault } = await import('./s3-vault.ts');
  return openS3Vault(config);
}

function diskConfig(env: ParsedVaultEnv): VaultConfig {
  const { VAULT_KIND, VAULT_DIR: dir, ...foreign } = env;
  const problems = Object.entries(foreign)
    .filter(([name, value]) => name in vaultEnv && value !== undefined)
    .map(([name]) => `${name}: only for VAULT_KIND=s3, which is ${VAULT_KIND}`);
  if (!dir) problems.push('VAULT_DIR: needed by VAULT_KIND=disk');
  if (!dir || problems.length > 0) throw new ConfigurationError(problems);
  return { kind: 'disk', dir };
}

function s3Config(env: ParsedVaultEnv): VaultConfig {
  const { VAULT_S3_BUCKET: bucket, VAULT_S3_REGION: region, VAULT_S3_ENDPOINT: endpoint, VAULT_S3_PREFIX: prefix } = env;
  const { VAULT_S3_ACCESS_KEY_ID: accessKeyId, VAULT_S3_SECRET_ACCESS_KEY: secretAccessKey } = env;
  const problems: string[] = [];
  if (env.VAULT_DIR) problems.push('VAULT_DIR: only for VAULT_KIND=disk, which is s3');
  if (!bucket) problems.push('VAULT_S3_BUCKET: needed by VAULT_KIND=s3');
  if (!region) problems.push('VAULT_S3_REGION: needed by VAULT_KIND=s3');
  if (!accessKeyId !== !secretAccessKey) {
    problems.push('VAULT_S3_ACCESS_KEY_ID, VAULT_S3_SECRET_ACCESS_KEY: set both, or neither for the default credentials');
  }
  if (!bucket || !region || problems.length > 0) throw new ConfigurationError(problems);
  const credentials = accessKeyId && secretAccessKey && { accessKeyId, secretAccessKey };
  return { kind: 's3', bucket, region, endpoint, prefix, credentials };
}
