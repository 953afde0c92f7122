import type { Evidence } from '../evidence/evidence.ts';
import { checkAccepted } from './check-accepted.ts';
import { checkCharges } from './check-charges.ts';
import { checkEvents } from './check-events.ts';
import { checkIdempotency } from './check-idempotency.ts';
import { checkLedger } from './check-ledger.ts';
import { checkOrderOfActs } from './check-order-of-acts.ts';
import { checkOwnership } from './check-ownership.ts';
import { checkPayments } from './check-payments.ts';
import { checkPictures } from './check-pictures.ts';
import { checkQuiet } from './check-quiet.ts';
import { checkRefusals } from './check-refusals.ts';
import { checkSecrets } from './check-secrets.ts';
import { checkTerminal } from './check-terminal.ts';
import type { Finding, Verdict } from './verdict.ts';

type Check = { id: string; promise: string; check: (evidence: Evidence) => Finding };

const checks: Check[] = [
  { id: 'I1', promise: 'what was accepted exists and ends', check: checkAccepted },
  { id: 'I2', promise: 'one end, and it never changes', check: checkTerminal },
  { id: 'I3', promise: 'an attempt is at most one purchase', check: checkPayments },
  { id: 'I4', promise: 'the credit ledger adds up', check: checkLedger },
  { id: 'I5', promise: 'charged is what was delivered', check: checkCharges },
  { id: 'I6', promise: 'one key is one generation', check: checkIdempotency },
  { id: 'I7', promise: 'events are whole, for every subscriber', check: checkEvents },
  { id: 'I8', promise: 'what belongs to another user stays hidden', check: checkOwnership },
  { id: 'I9', promise: 'every picture is whole', check: checkPictures },
  { id: 'I10', promise: 'everything comes to rest by itself', check: checkQuiet },
  { id: 'I11', promise: 'refusals say why and when to come back', check: checkRefusals },
  { id: 'I12', promise: 'nothing is bought for what is over', check: checkOrderOfActs },
  { id: 'I13', promise: 'secrets stand nowhere', check: checkSecrets },
];

/** Every promise held against the evidence. Knows nothing of the product but its tables: it must not share its misunderstandings. */
export function checkEvidence(evidence: Evidence): Verdict[] {
  return checks.map(({ id, promise, check }) => ({ id, promise, notes: [], ...check(evidence) }));
}
