import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { Secret } from './secret.ts';

/** Environment variables that do not make a configuration. The message lists every problem at once. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(problems: readonly string[]) {
    super(`The environment is not usable:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the named variables of `shape` from `environment`, all problems reported at once.
 * An empty variable or file counts as absent. `<NAME>_FILE` names a file that holds the value (Docker secrets); giving both is an error.
 */
export function parseEnv<Shape extends z.ZodRawShape>(shape: Shape, environment: Environment): z.infer<z.ZodObject<Shape>> {
  const problems: string[] = [];
  const values: Record<string, string> = {};
  for (const name of Object.keys(shape)) {
    const direct = environment[name];
    const file = environment[`${name}_FILE`];
    if (direct && file) problems.push(`${name}: set either ${name} or ${name}_FILE, not both`);
    else if (direct) values[name] = direct;
    else if (file) {
      try {
        const content = readFileSync(file, 'utf8').trim();
        if (content) values[name] = content;
      } catch {
        problems.push(`${name}_FILE: cannot be read`);
      }
    }
  }
  const parsed = z.object(shape).safeParse(values);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) problems.push(`${issue.path.join('.')}: ${issue.message}`);
  }
  if (problems.length > 0 || !parsed.success) throw new ConfigurationError(problems);
  return parsed.data;
}

/** Schemas for what environment variables commonly hold. */
export const envSchema = {
  port: () => z.coerce.number().int().min(0).max(65535),
  count: () => z.coerce.number().int().min(0),
  flag: () => z.enum(['true', 'false', '1', '0', 'on', 'off']).transform((value) => ['true', '1', 'on'].includes(value)),
  httpUrl: () => z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')),
  secret: () => z.string().transform((value) => new Secret(value)),
  list: () =>
    z.string().transform((value) =>
      value
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
    ),
};
