import type { AttemptRow, Evidence, GenerationRow, Purchase } from '../evidence/evidence.ts';
import type { CallLine, HistoryLine } from '../evidence/history-line.ts';

const sha256 = 'a'.repeat(64);
export const mark = 'mark0xfox';
const prompt = `a red fox ${mark}`;

export const generation: GenerationRow = {
  generation_id: 'gen_1',
  request_id: 'req_1',
  user_id: 7,
  status: 'completed',
  prompt,
  engine: 'flux-standard',
  calls: 1,
  credits_micros: 35_000,
  images: [{ sha256, width: 256, height: 256 }],
  error_code: null,
  event_seq: 3,
  lease_epoch: 2,
  is_held: false,
  created_at: 1_000,
  completed_at: 3_000,
  cancel_requested_at: null,
};

export const attempt: AttemptRow = {
  id: 'att_1',
  generation_id: 'gen_1',
  try: 1,
  call: 0,
  provider: 'fal',
  state: 'succeeded',
  error_code: null,
  callback_token: 'token-1',
  provider_request_id: 'fal-1',
  created_at: 1_500,
};

export const purchase: Purchase = {
  id: 'fal-1',
  provider: 'fal',
  prompt,
  token: 'token-1',
  acceptedAt: 1_600,
  outcome: 'succeeded',
  billed: true,
};

export const call: CallLine = {
  kind: 'call',
  at: 1_000,
  plan: 0,
  user: 7,
  key: 'order-1',
  otherBody: false,
  durationMs: 20,
  status: 202,
  errorCode: null,
  hasRetryAfter: false,
  replayed: false,
  requestId: 'req_1',
  generationId: 'gen_1',
  bodySha256: 'b1',
};

const seen = { kind: 'seen', plan: 0, status: 'completed', errorCode: null, credits: 0.035, images: generation.images } as const;

export const history: HistoryLine[] = [
  { kind: 'order', at: 990, plan: 0, user: 7, mark, route: 'flux/standard', key: 'order-1', images: 1 },
  call,
  { kind: 'events', at: 3_010, plan: 0, seqs: [1, 2, 3], types: ['accepted', 'submitted', 'completed'], connections: 1, ended: true },
  { ...seen, at: 3_020, when: 'first' },
  { kind: 'picture', at: 3_030, plan: 0, expected: sha256, sha256, problem: null },
  { ...seen, at: 9_000, when: 'last' },
  { kind: 'stranger', at: 9_010, plan: 0, by: 8, path: '/api:v2/status/check', status: 404, leaked: false },
  { kind: 'listing', at: 9_020, user: 7, marks: [mark] },
];

const transfer = { generation_id: 'gen_1', attempt_id: null };

/** One picture, ordered, bought, paid and shown as it should be. */
export const goodEvidence: Evidence = {
  history,
  purchases: [purchase],
  generations: [generation],
  attempts: [attempt],
  events: [
    { generation_id: 'gen_1', seq: 1, type: 'accepted', status: 'pending' },
    { generation_id: 'gen_1', seq: 2, type: 'submitted', status: 'processing' },
    { generation_id: 'gen_1', seq: 3, type: 'completed', status: 'completed' },
  ],
  keys: [{ user_id: 7, key: 'order-1', generation_id: 'gen_1' }],
  credits: {
    transfers: [
      {
        ...transfer,
        id: '1',
        generation_id: null,
        kind: 'grant',
        debit_account: 'grants',
        credit_account: 'user:7',
        amount_micros: 1_000_000,
      },
      { ...transfer, id: '2', kind: 'hold', debit_account: 'user:7', credit_account: 'hold:7', amount_micros: 40_000 },
      { ...transfer, id: '3', kind: 'settle', debit_account: 'hold:7', credit_account: 'revenue', amount_micros: 35_000 },
      { ...transfer, id: '4', kind: 'release', debit_account: 'hold:7', credit_account: 'user:7', amount_micros: 5_000 },
    ],
    balances: [{ user_id: 7, available_micros: 965_000, held_micros: 0 }],
  },
  pictures: { [sha256]: { problem: null, width: 256, height: 256 } },
  orphans: 0,
  quiet: { recoveryMs: 500, limitMs: 60_000, openGenerations: 0, outboxRows: 0, leases: 0 },
  leaks: [],
  sometimes: {},
};
