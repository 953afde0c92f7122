import type { Evidence } from '../evidence/evidence.ts';
import type { Finding } from './verdict.ts';

/** I13: keys stand nowhere, prompts neither in logs nor in the store of NATS. */
export function checkSecrets({ leaks }: Evidence): Finding {
  return { checked: 1, violations: leaks.map(({ where, secret }) => `${where} contains ${secret}`) };
}
