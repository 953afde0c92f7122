import type { Evidence } from '../evidence/evidence.ts';
import type { Finding } from './verdict.ts';

/** I11, as far as callers see it: what is refused says why, and when to come back; nothing is an unexplained failure. */
export function checkRefusals({ history }: Evidence): Finding {
  const refused = history.filter((line) => line.kind === 'call' && typeof line.status === 'number' && line.status >= 400);
  const violations = refused.flatMap((line) => {
    if (line.kind !== 'call') return [];
    const what = `order ${line.plan} was answered ${line.status}`;
    return [
      ...(line.errorCode === null ? [`${what} without a code`] : []),
      ...((line.status === 429 || line.status === 503) && !line.hasRetryAfter ? [`${what} without Retry-After`] : []),
      ...(line.status === 500 ? [`${what} ${line.errorCode}`] : []),
    ];
  });
  return { checked: refused.length, violations };
}
