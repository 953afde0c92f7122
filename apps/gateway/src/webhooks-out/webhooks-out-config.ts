import { ConfigurationError, envSchema } from '@imagegen/runtime/env';
import type { PostPolicy } from '@imagegen/runtime/guarded-post';
import * as z from 'zod';

/** Where webhooks may go. */
export const webhooksOutEnv = {
  WEBHOOK_PORTS: envSchema
    .list()
    .transform((ports) => ports.map(Number))
    .pipe(z.array(z.int().min(1).max(65_535)).min(1))
    .default([443]),
  WEBHOOK_ALLOW_LOOPBACK: envSchema.flag().default(false),
};

/** Throws ConfigurationError: webhooks to the machine itself are for development. */
export function webhookTargets(env: z.infer<z.ZodObject<typeof webhooksOutEnv>>, { development }: { development: boolean }): PostPolicy {
  if (env.WEBHOOK_ALLOW_LOOPBACK && !development) throw new ConfigurationError(['WEBHOOK_ALLOW_LOOPBACK: must be off in production']);
  return { ports: env.WEBHOOK_PORTS, allowLoopback: env.WEBHOOK_ALLOW_LOOPBACK };
}
