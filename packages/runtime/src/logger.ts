import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Prompts are what users think, keys are what they pay with: neither belongs in a log. */
const redactedPaths = ['prompt', 'negative_prompt', 'authorization', 'cookie', 'key', 'token', 'secret', 'password']
  .flatMap((name) => [name, `*.${name}`, `*.*.${name}`])
  .concat('req.headers.authorization', 'headers.authorization');

/** One JSON object a line on standard output, with secrets and prompts masked. */
export function createLogger(service: string, level: LogLevel = 'info', destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: redactedPaths, censor: '[redacted]' },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination ? pino(options, destination) : pino(options);
}
