import { envSchema, parseEnv } from '@imagegen/runtime/env';
import { type ChosenEndpoint, chooseEndpoint } from '@imagegen/worker/provider-endpoint';
import { type WorkerConfig, workerConfig, workerEnv } from '@imagegen/worker/worker-config';

const shape = {
  ...workerEnv,
  OPENAI_API_KEY: envSchema.secret().optional(),
  OPENAI_BASE_URL: envSchema.httpUrl().default('https://api.openai.com/v1'),
};

/**
 * The environment of this service: `DATABASE_URL`, `NATS_URL`, `VAULT_DIR` and the optional ones of every provider service, beside
 * `OPENAI_API_KEY` and `OPENAI_BASE_URL`. Outside production `SIMULATOR_URL` stands in for the key;
 * inside, its absence is no error but makes the engines unavailable.
 * Throws ConfigurationError with every problem at once.
 */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>): { worker: WorkerConfig; openai: ChosenEndpoint } {
  const env = parseEnv(shape, environment);
  const openai = chooseEndpoint({
    keyName: 'OPENAI_API_KEY',
    key: env.OPENAI_API_KEY,
    baseUrl: env.OPENAI_BASE_URL,
    simulator: { url: env.SIMULATOR_URL, path: '/openai/v1' },
    production: env.NODE_ENV === 'production',
  });
  return { worker: workerConfig(env), openai };
}
