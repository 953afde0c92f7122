import type { Evidence } from '../evidence/evidence.ts';
import type { CallLine } from '../evidence/history-line.ts';
import { groupBy, markOf } from './marks.ts';
import type { Finding } from './verdict.ts';

/** I6: one key and one body of one user are one generation and one answer, to the byte; the key with another body is refused. */
export function checkIdempotency({ history, generations }: Evidence): Finding {
  const calls = history.filter((line) => line.kind === 'call');
  const byKey = groupBy(calls, ({ user, key }) => `${user} ${key}`);
  const violations = [...byKey].flatMap(([key, lines]) => [...answersOf(key, lines), ...otherBodies(key, lines)]);
  for (const [mark, rows] of groupBy(generations, ({ prompt }) => markOf(prompt))) {
    if (rows.length > 1)
      violations.push(`${mark}: ${rows.length} generations: ${rows.map(({ generation_id }) => generation_id).join(', ')}`);
  }
  return { checked: byKey.size, violations };
}

function answersOf(key: string, lines: readonly CallLine[]): string[] {
  const accepted = lines.filter(({ status, otherBody }) => status === 202 && !otherBody);
  const ids = new Set(accepted.map(({ generationId }) => generationId));
  const bodies = new Set(accepted.map(({ bodySha256 }) => bodySha256));
  if (ids.size > 1) return [`${key}: was answered with ${[...ids].join(' and ')}`];
  return bodies.size > 1 ? [`${key}: was answered with ${bodies.size} different bodies`] : [];
}

function otherBodies(key: string, lines: readonly CallLine[]): string[] {
  const answered = lines.filter(({ otherBody, status }) => otherBody && status !== 'lost' && status < 500 && status !== 429);
  return answered.filter(({ status }) => status !== 422).map(({ status }) => `${key}: with another body it was answered ${status}`);
}
