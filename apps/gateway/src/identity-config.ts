import { envSchema } from '@imagegen/runtime/env';
import * as z from 'zod';
import type { TokenConfig } from './identity/json-web-tokens.ts';

/** Who may call: settings of tokens, of anonymous legacy callers and of the beta. */
export const identityEnv = {
  AUTH_JWKS_URL: envSchema.httpUrl().optional(),
  AUTH_JWT_SECRET: envSchema.secret().optional(),
  AUTH_ISSUER: z.string().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  AUTH_ADMIN_CLAIM: z.string().optional(),
  LEGACY_ANONYMOUS: envSchema.flag().default(false),
  V2_BETA_ONLY: envSchema.flag().default(false),
};

/** RFC 7518 §3.2: a key for HS256 is at least as long as its hash. */
const minSecretBytes = 32;

type IdentityEnv = z.infer<z.ZodObject<typeof identityEnv>>;

export type IdentityConfig = { tokens: TokenConfig | null; allowAnonymous: boolean; v2BetaOnly: boolean };

export function identityConfig(env: IdentityEnv): IdentityConfig {
  return { tokens: tokenConfig(env), allowAnonymous: env.LEGACY_ANONYMOUS, v2BetaOnly: env.V2_BETA_ONLY };
}

/** What the settings of tokens contradict or lack. */
export function identityProblems(env: IdentityEnv): string[] {
  const problems: string[] = [];
  if (env.AUTH_JWKS_URL && env.AUTH_JWT_SECRET) problems.push('AUTH_JWKS_URL: set either AUTH_JWKS_URL or AUTH_JWT_SECRET, not both');
  if (env.AUTH_JWT_SECRET && Buffer.byteLength(env.AUTH_JWT_SECRET.reveal()) < minSecretBytes)
    problems.push(`AUTH_JWT_SECRET: must be at least ${minSecretBytes} bytes`);
  if (env.AUTH_JWKS_URL || env.AUTH_JWT_SECRET) {
    for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE'] as const) if (!env[name]) problems.push(`${name}: needed to accept tokens`);
  }
  return problems;
}

function tokenConfig(env: IdentityEnv): TokenConfig | null {
  const { AUTH_JWKS_URL: jwksUrl, AUTH_JWT_SECRET: secret, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = env;
  const trust = jwksUrl ? { jwksUrl } : secret && { secret };
  return trust && issuer && audience ? { trust, issuer, audience, adminClaim: env.AUTH_ADMIN_CLAIM ?? null } : null;
}
