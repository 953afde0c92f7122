import { envSchema, parseEnv } from '@imagegen/runtime/env';
import { type ChosenEndpoint, chooseEndpoint } from '@imagegen/worker/provider-endpoint';
import { type WorkerConfig, workerConfig, workerEnv } from '@imagegen/worker/worker-config';

const shape = {
  ...workerEnv,
  FAL_KEY: envSchema.secret().optional(),
  FAL_QUEUE_URL: envSchema.httpUrl().default('https://queue.fal.run'),
};

/**
 * The environment of this service: `DATABASE_URL`, `NATS_URL`, `VAULT_DIR` and the optional ones of every provider service, beside
 * `FAL_KEY` and `FAL_QUEUE_URL`. Outside production `SIMULATOR_URL` stands in for the key;
 * inside, its absence is no error but makes the engines unavailable.
 * Throws ConfigurationError with every problem at once.
 */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>): { worker: WorkerConfig; fal: ChosenEndpoint } {
  const env = parseEnv(shape, environment);
  const fal = chooseEndpoint({
    keyName: 'FAL_KEY',
    key: env.FAL_KEY,
    baseUrl: env.FAL_QUEUE_URL,
    simulator: { url: env.SIMULATOR_URL, path: '/fal' },
    production: env.NODE_ENV === 'production',
  });
  return { worker: workerConfig(env), fal };
}
