import { describe, expect, test } from 'vitest';
import type { Evidence } from '../evidence/evidence.ts';
import type { HistoryLine } from '../evidence/history-line.ts';
import { checkEvidence } from './check-evidence.ts';
import { attempt, call, generation, goodEvidence, history, mark, purchase } from './evidence.fixture.ts';

const sha256 = 'a'.repeat(64);
const other = 'c'.repeat(64);
const transfers = goodEvidence.credits!.transfers;
const balances = goodEvidence.credits!.balances;
const [accepted, submitted, completed] = goodEvidence.events as [
  Evidence['events'][number],
  Evidence['events'][number],
  Evidence['events'][number],
];
const withHistory = (...lines: HistoryLine[]): Partial<Evidence> => ({ history: [...history, ...lines] });
const withLine = (kind: HistoryLine['kind'], change: object): Partial<Evidence> => ({
  history: history.map((line) => (line.kind === kind ? ({ ...line, ...change } as HistoryLine) : line)),
});
const withGeneration = (change: Partial<typeof generation>): Partial<Evidence> => ({ generations: [{ ...generation, ...change }] });
const failed = { status: 'failed', error_code: 'PROVIDER_ERROR', images: [], credits_micros: 0 };

function broken(change: Partial<Evidence>): Record<string, string[]> {
  const verdicts = checkEvidence({ ...goodEvidence, ...change }).filter(({ violations }) => violations.length > 0);
  return Object.fromEntries(verdicts.map(({ id, violations }) => [id, violations]));
}

test('a generation as it should be breaks no promise', () => {
  expect(broken({})).toEqual({});
});

test('every promise is held against something', () => {
  expect(checkEvidence(goodEvidence).filter(({ id, checked }) => checked === 0 && id !== 'I11')).toEqual([]);
});

type Case = [what: string, change: Partial<Evidence>, id: string, says: RegExp];

const cases: Case[] = [
  ['an accepted generation that is lost', { generations: [] }, 'I1', /accepted at .* and lost/],
  ['one that never ended', withGeneration({ status: 'processing', completed_at: null }), 'I1', /never ended/],
  ['one that belongs to somebody else', withGeneration({ user_id: 8 }), 'I1', /belongs to 8/],
  ['two ends', { events: [accepted, completed, { ...completed, seq: 3, type: 'failed' }] }, 'I2', /ended 2 times/],
  [
    'an end that the last event denies',
    { events: [accepted, submitted, { ...completed, type: 'failed', status: 'failed' }] },
    'I2',
    /its last event says failed/,
  ],
  ['a step back', { events: [accepted, submitted, { ...completed, status: 'pending' }] }, 'I2', /from processing to pending/],
  ['an end without its time', withGeneration({ completed_at: null }), 'I2', /completed_at/],
  [
    'an end that was seen to change',
    withHistory({ kind: 'seen', at: 1, plan: 0, when: 'last', status: 'failed', errorCode: 'X', credits: 0, images: [] }),
    'I2',
    /was seen to end as/,
  ],
  ['an end that nobody can explain', withGeneration({ ...failed, error_code: 'INTERNAL' }), 'I2', /broke off inside/],
  ['an attempt bought twice', { purchases: [purchase, { ...purchase, id: 'fal-2', billed: false }] }, 'I3', /2 requests accepted by fal/],
  [
    'more requests than attempts where there is no token',
    { purchases: [1, 2].map((n) => ({ ...purchase, id: `o-${n}`, token: null })) },
    'I3',
    /2 requests for 1 attempts/,
  ],
  [
    'two billed attempts of one call',
    {
      purchases: [purchase, { ...purchase, id: 'fal-2', token: 'token-2' }],
      attempts: [attempt, { ...attempt, id: 'att_2', try: 2, callback_token: 'token-2' }],
    },
    'I3',
    /2 billed requests for 1 calls/,
  ],
  ['a purchase that no attempt stands for', { attempts: [{ ...attempt, callback_token: 'another' }] }, 'I3', /bought by nobody's attempt/],
  ['pictures out of nowhere', { purchases: [] }, 'I3', /nothing was bought/],
  [
    'a hold that was neither settled nor released',
    { credits: { balances: [], transfers: transfers.filter(({ kind }) => kind !== 'release') } },
    'I4',
    /40000 held, 35000/,
  ],
  [
    'a second settlement',
    { credits: { balances, transfers: [...transfers, { ...transfers[2]!, id: '9' }] } },
    'I4',
    /settle happened more than once/,
  ],
  [
    'a balance below zero',
    { credits: { transfers, balances: [{ user_id: 7, available_micros: -5, held_micros: 0 }] } },
    'I4',
    /-5 available/,
  ],
  [
    'a balance that its transfers do not explain',
    { credits: { transfers, balances: [{ user_id: 7, available_micros: 965_001, held_micros: 0 }] } },
    'I4',
    /its transfers add up to 965000/,
  ],
  ['a failure that cost something', withGeneration({ ...failed, credits_micros: 35_000 }), 'I5', /taken for nothing/],
  ['a picture for nothing', withGeneration({ credits_micros: 0 }), 'I5', /delivered for nothing/],
  ['a settlement of another amount', withGeneration({ credits_micros: 70_000 }), 'I5', /the ledger settled 35000/],
  [
    'two generations for one key',
    { generations: [generation, { ...generation, generation_id: 'gen_2', request_id: 'req_2' }] },
    'I6',
    /2 generations/,
  ],
  ['a replay that names another generation', withHistory({ ...call, replayed: true, generationId: 'gen_2' }), 'I6', /gen_1 and gen_2/],
  ['a replay that is not the same to the byte', withHistory({ ...call, replayed: true, bodySha256: 'b2' }), 'I6', /2 different bodies/],
  ['a key taken for another body', withHistory({ ...call, otherBody: true }), 'I6', /with another body it was answered 202/],
  ['a gap in the events', { events: [accepted, { ...completed, seq: 3 }] }, 'I7', /events 1 3/],
  ['events after the end', { events: [accepted, { ...completed, seq: 2 }, { ...submitted, seq: 3 }] }, 'I7', /after its end/],
  ['a subscriber that missed something', withLine('events', { seqs: [1, 3] }), 'I7', /heard 1 3/],
  ['a subscriber that heard something twice', withLine('events', { seqs: [1, 2, 2, 3] }), 'I7', /heard 1 2 2 3/],
  ['a subscriber that never heard the end', withLine('events', { ended: false }), 'I7', /never heard the end/],
  ['a row shown to a stranger', withLine('stranger', { status: 200, leaked: true }), 'I8', /showed it to user 8/],
  ["another user's row in a list", withHistory({ kind: 'listing', at: 1, user: 8, marks: [mark] }), 'I8', /the history of user 8 shows/],
  ['a picture cut short', { pictures: { [sha256]: { problem: 'VipsJpeg: premature end', width: 0, height: 0 } } }, 'I9', /premature end/],
  ['a picture that is not there', { pictures: {} }, 'I9', /is not in the vault/],
  ['a picture of another size', { pictures: { [sha256]: { problem: null, width: 128, height: 256 } } }, 'I9', /is 128x256/],
  ['a picture served cut short', withLine('picture', { problem: 'truncated' }), 'I9', /was served truncated/],
  ['another picture served', withLine('picture', { sha256: other }), 'I9', /instead of/],
  ['no rest', { quiet: { ...goodEvidence.quiet, recoveryMs: null, outboxRows: 3 } }, 'I10', /3 messages undelivered/],
  ['a lease that nobody gave back', withGeneration({ is_held: true }), 'I10', /still held/],
  ['a refusal without a code', withHistory({ ...call, status: 503, hasRetryAfter: true }), 'I11', /without a code/],
  [
    'a refusal that does not say when to come back',
    withHistory({ ...call, status: 429, errorCode: 'RATE_LIMITED' }),
    'I11',
    /without Retry-After/,
  ],
  ['an unexplained failure', withHistory({ ...call, status: 500, errorCode: 'INTERNAL' }), 'I11', /answered 500/],
  [
    'an attempt after the end',
    { attempts: [{ ...attempt, created_at: 3_500 }], purchases: [{ ...purchase, acceptedAt: 3_600 }] },
    'I12',
    /after its end/,
  ],
  [
    'an attempt long after a cancellation',
    {
      ...withGeneration({ cancel_requested_at: 1_000, completed_at: 20_000 }),
      attempts: [{ ...attempt, created_at: 8_000 }],
      purchases: [],
    },
    'I12',
    /after it was cancelled/,
  ],
  ['a purchase before its intent', { purchases: [{ ...purchase, acceptedAt: 1_200 }] }, 'I12', /before it was written down/],
  ['a secret in a log', { leaks: [{ where: 'gateway.log', secret: 'ig_live_…' }] }, 'I13', /gateway.log contains/],
];

describe('what must never pass', () => {
  test.each(cases)('%s', (_, change, id, says) => {
    expect(broken(change)[id]?.join('\n') ?? 'nothing was found').toMatch(says);
  });
});
