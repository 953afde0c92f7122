import { createHash } from 'node:crypto';

const longestTextKept = 4_000;

/** First 16 hex digits of a SHA-256: short enough for a log line, long enough to tell pictures apart. */
export function shortHash(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 16);
}

/** The same input with data URIs and other bulk replaced by a short hash, and with access tokens masked. */
export function condense(input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, name.endsWith('_api_token') ? '[masked]' : condenseValue(value)]),
  );
}

function condenseValue(value: unknown): unknown {
  if (typeof value === 'string') {
    const isBulky = value.startsWith('data:') || value.length > longestTextKept;
    return isBulky ? `sha256:${shortHash(value)} (${value.length} characters)` : value;
  }
  if (Array.isArray(value)) return value.map(condenseValue);
  return typeof value === 'object' && value !== null ? condense(value as Record<string, unknown>) : value;
}
