import { ConfigurationError, envSchema, parseEnv } from '@imagegen/runtime/env';
import { type ChosenEndpoint, chooseEndpoint } from '@imagegen/worker/provider-endpoint';
import { type WorkerConfig, workerConfig, workerEnv } from '@imagegen/worker/worker-config';

const shape = {
  ...workerEnv,
  REPLICATE_API_TOKEN: envSchema.secret().optional(),
  REPLICATE_BASE_URL: envSchema.httpUrl().default('https://api.replicate.com/v1'),
};

/**
 * The environment of this service: `DATABASE_URL`, `NATS_URL`, `VAULT_DIR` and the optional ones of every provider service, beside
 * `REPLICATE_API_TOKEN` and `REPLICATE_BASE_URL`. Outside production `SIMULATOR_URL` stands in for the key;
 * inside, its absence is no error but makes the engines unavailable.
 * Throws ConfigurationError with every problem at once.
 */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>): {
  worker: WorkerConfig;
  replicate: ChosenEndpoint;
} {
  const env = parseEnv(shape, environment);
  const replicate = chooseEndpoint({
    keyName: 'REPLICATE_API_TOKEN',
    key: env.REPLICATE_API_TOKEN,
    baseUrl: env.REPLICATE_BASE_URL,
    simulator: { url: env.SIMULATOR_URL, path: '/replicate/v1' },
    production: env.NODE_ENV === 'production',
  });
  const webhooks = env.PROVIDER_WEBHOOK_BASE_URL;
  if (webhooks?.startsWith('http:') && replicate.baseUrl.startsWith('https:'))
    throw new ConfigurationError(['PROVIDER_WEBHOOK_BASE_URL: must be https, or Replicate refuses every prediction']);
  return { worker: workerConfig(env), replicate };
}
