import { envSchema, parseEnv } from '@imagegen/runtime/env';
import { logLevels } from '@imagegen/runtime/logger';
import * as z from 'zod';

/** `"0"` or `"100-300"`: the shortest and the longest time from acceptance to completion, in milliseconds. */
const latencySchema = z
  .string()
  .regex(/^\d+(-\d+)?$/, 'must be milliseconds such as "0" or a range such as "100-300"')
  .transform((text) => {
    const [shortest, longest] = text.split('-').map(Number);
    return { minMs: shortest ?? 0, maxMs: longest ?? shortest ?? 0 };
  })
  .refine(({ minMs, maxMs }) => minMs <= maxMs, 'must not be a descending range');

const shape = {
  SIMULATOR_HOST: z.string().default('127.0.0.1'),
  SIMULATOR_PORT: envSchema.port().default(4000),
  SIMULATOR_PUBLIC_URL: envSchema.httpUrl().optional(),
  SIMULATOR_LATENCY_MS: latencySchema.default({ minMs: 100, maxMs: 300 }),
  SIMULATOR_LEDGER_FILE: z.string().optional(),
  REPLICATE_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]+={0,2}$/, 'must be whsec_ and base64')
    .optional(),
  LOG_LEVEL: z.enum(logLevels).default('info'),
};

export type Latency = { readonly minMs: number; readonly maxMs: number };

export type SimulatorConfig = {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** What answers and picture URLs start with; absent: `http://127.0.0.1:<port>`. */
  readonly publicUrl?: string | undefined;
  readonly latency: Latency;
  readonly ledgerFile?: string | undefined;
  /** What Replicate's webhooks are signed with: `whsec_` and base64; absent: always the same one. */
  readonly webhookSecret?: string | undefined;
  readonly logLevel: (typeof logLevels)[number];
};

/** Reads the simulator's variables; throws ConfigurationError with every problem at once. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): SimulatorConfig {
  const values = parseEnv(shape, environment);
  return {
    host: values.SIMULATOR_HOST,
    port: values.SIMULATOR_PORT,
    publicUrl: values.SIMULATOR_PUBLIC_URL,
    latency: values.SIMULATOR_LATENCY_MS,
    ledgerFile: values.SIMULATOR_LEDGER_FILE,
    webhookSecret: values.REPLICATE_WEBHOOK_SECRET,
    logLevel: values.LOG_LEVEL,
  };
}
