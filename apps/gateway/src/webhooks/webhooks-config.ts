import { envSchema } from '@imagegen/runtime/env';
import { Secret } from '@imagegen/runtime/secret';
import * as z from 'zod';
import { webhookSecretPattern } from './replicate-signature.ts';

/** What provider webhooks are checked against. */
export const webhooksEnv = {
  SIMULATOR_URL: envSchema.httpUrl().optional(),
  FAL_JWKS_URL: envSchema.httpUrl().optional(),
  FAL_WEBHOOK_USER_ID: z.string().optional(),
  REPLICATE_WEBHOOK_SECRET: z
    .string()
    .regex(webhookSecretPattern, 'must be whsec_ and at least 24 bytes in base64')
    .transform((value) => new Secret(value))
    .optional(),
};

export type WebhooksConfig = {
  falJwksUrl: string;
  /** Our account at fal; null: webhooks of any account are taken. */
  falUserId: string | null;
  /** Null: Replicate's webhooks cannot be checked, so they are turned away and polling does it alone. */
  replicateSecret: Secret | null;
};

export function webhooksConfig(env: z.infer<z.ZodObject<typeof webhooksEnv>>): WebhooksConfig {
  const published = env.SIMULATOR_URL ? `${env.SIMULATOR_URL}/fal/.well-known/jwks.json` : 'https://rest.fal.ai/.well-known/jwks.json';
  return {
    falJwksUrl: env.FAL_JWKS_URL ?? published,
    falUserId: env.FAL_WEBHOOK_USER_ID ?? null,
    replicateSecret: env.REPLICATE_WEBHOOK_SECRET ?? null,
  };
}
