import { withDatabase } from '../evidence/read-database.ts';
import type { ChaosSystem } from '../system/chaos-system.ts';
import { untilQuiet } from '../until-quiet.ts';
import { type Asked, ask, readJson } from '../workload/ask.ts';
import { createUsers } from '../workload/users.ts';
import type { Experiment, Laboratory, Outcome, Scale } from './experiment.ts';
import { atLeast, atMost } from './experiment.ts';
import { orderExperiment } from './order-experiment.ts';
import { everyRoute, plainOrders, routeOf } from './orders.ts';

type Body = { generation_id?: string };
const small = { width: 256, height: 256 };

function post(system: ChaosSystem, turn: number, question: { key: string; prompt: string; idempotencyKey?: string }): Promise<Asked> {
  const { key, prompt, idempotencyKey } = question;
  return ask(`${system.gatewayUrls[turn % system.gatewayUrls.length]}/api:v2/${routeOf.fal}`, {
    method: 'POST',
    key,
    body: { prompt, ...small },
    headers: { ...(idempotencyKey && { 'idempotency-key': idempotencyKey }) },
    timeoutMs: 60_000,
  });
}

const keys: Record<Scale, { keys: number; parallel: number }> = { small: { keys: 30, parallel: 50 }, full: { keys: 1_000, parallel: 100 } };

/** Every tenth asks for something else with the same key: whoever is first decides what the key stands for. */
async function contestKeys({ scale, system: open, seed }: Laboratory): Promise<Outcome> {
  const system = await open();
  const size = keys[scale];
  const [user] = await createUsers(system.databaseUrl, 1);
  const violations: string[] = [];
  const counts = { accepted: 0, refused422: 0, refused409: 0 };
  for (let index = 0; index < size.keys; index += 1) {
    const idempotencyKey = `contest ${seed} ${index}`;
    const prompts = Array.from({ length: size.parallel }, (_, each) => `a fox ${index}${each % 10 === 9 ? ' and another' : ''}`);
    const askAll = () =>
      Promise.all(
        prompts.map(async (prompt, each) => ({
          prompt,
          answer: await post(system, each, { key: user?.key ?? '', prompt, idempotencyKey }),
        })),
      );
    // In the first round who comes too early is told 409; in the second there is an answer for everybody.
    for (const round of ['racing', 'settled']) {
      const answers = await askAll();
      const accepted = answers.filter(({ answer }) => answer.status === 202);
      const ids = new Set(accepted.map(({ answer }) => readJson<Body>(answer)?.generation_id));
      const taken = new Set(accepted.map(({ prompt }) => prompt));
      const refused = (status: number) => answers.filter(({ answer }) => answer.status === status);
      if (ids.size !== 1 || taken.size !== 1) violations.push(`key ${index} (${round}): ${ids.size} generations for ${taken.size} bodies`);
      const others = answers.filter(({ prompt }) => !taken.has(prompt)).length;
      const wrong = refused(422).filter(({ prompt }) => taken.has(prompt)).length;
      if (wrong > 0) violations.push(`key ${index} (${round}): ${wrong} refused for the body that was taken`);
      if (round === 'settled' && refused(422).length !== others)
        violations.push(`key ${index}: ${refused(422).length} of ${others} refused with 422`);
      const odd = answers.filter(({ answer }) => ![202, 422, ...(round === 'racing' ? [409] : [])].includes(Number(answer.status)));
      if (odd.length > 0)
        violations.push(`key ${index} (${round}): also answered ${[...new Set(odd.map(({ answer }) => answer.status))].join(', ')}`);
      counts.accepted += accepted.length;
      counts.refused422 += refused(422).length;
      counts.refused409 += refused(409).length;
    }
  }
  const { rows } = await withDatabase(system.databaseUrl, (client) =>
    client.query<{ generations: number }>('select count(*)::int as generations from generation_history_v2 where user_id = $1', [user?.id]),
  );
  const generations = rows[0]?.generations ?? 0;
  if (generations !== size.keys) violations.push(`${generations} generations for ${size.keys} keys`);
  return {
    figures: {
      keys: size.keys,
      'at once': size.parallel,
      generations,
      'answered 202': counts.accepted,
      422: counts.refused422,
      409: counts.refused409,
    },
    violations: [...violations, ...(await restless(system))],
  };
}

const credits: Record<Scale, { users: number; parallel: number }> = {
  small: { users: 15, parallel: 60 },
  full: { users: 500, parallel: 200 },
};
/** What one picture of flux-standard costs, and not twice that. */
const enoughForOneMicros = 50_000;

async function contestCredits({ scale, system: open }: Laboratory): Promise<Outcome> {
  const system = await open();
  const size = credits[scale];
  const users = await createUsers(system.databaseUrl, size.users, enoughForOneMicros);
  const violations: string[] = [];
  let [accepted, refused] = [0, 0];
  for (const user of users) {
    const asked = Array.from({ length: size.parallel }, (_, each) =>
      post(system, each, { key: user.key, prompt: `a poor fox ${user.id}` }),
    );
    const answers = await Promise.all(asked);
    const taken = answers.filter(({ status }) => status === 202).length;
    const short = answers.filter(({ status }) => status === 402).length;
    accepted += taken;
    refused += short;
    if (taken !== 1) violations.push(`user ${user.id}: ${taken} accepted`);
    if (taken + short !== answers.length)
      violations.push(`user ${user.id}: also answered ${[...new Set(answers.map(({ status }) => status))].join(', ')}`);
  }
  violations.push(...(await restless(system)));
  const { rows } = await withDatabase(system.databaseUrl, (client) =>
    client.query<{ wrong: number }>(
      'select count(*)::int as wrong from credit_balances where user_id = any($1) and (available_micros < 0 or held_micros <> 0)',
      [users.map(({ id }) => id)],
    ),
  );
  return {
    figures: { users: users.length, 'at once': size.parallel, accepted, 'refused 402': refused },
    violations: [...violations, ...atMost(0, 'balances below zero or still held', rows[0]?.wrong ?? 0)],
  };
}

async function restless(system: ChaosSystem): Promise<string[]> {
  const { recoveryMs, openGenerations } = await untilQuiet(system.databaseUrl, 120_000);
  return recoveryMs === null ? [`${openGenerations} generations never ended`] : [];
}

export const contests: Experiment[] = [
  {
    id: 'F28',
    fault: 'many ask at once with the same key, some for something else',
    how: 'parallel POSTs at two gateways, every tenth with another body, then all of them again',
    holds: ['I6'],
    target: 'one generation per key, exactly the others refused with 422',
    run: contestKeys,
  },
  {
    id: 'F29',
    fault: 'many ask at once with credits for one',
    how: 'parallel POSTs at two gateways by users with a balance for one picture',
    holds: ['I4'],
    target: 'exactly one accepted per user, nobody below zero',
    run: contestCredits,
  },
  orderExperiment({
    id: 'F30',
    fault: 'everybody cancels, at any moment, also while the provider calls back',
    how: 'cancel 0 to 2.5 s after the answer; the provider needs 0.2 to 1.5 s',
    holds: ['I2', 'I5', 'I12'],
    target: 'never canceled and charged, never both ends; some win and some lose the race',
    sizes: { small: { n: 150, rate: 8 }, full: { n: 10_000, rate: 15 } },
    plan: () => ({
      faults: [],
      draw: plainOrders(everyRoute, (_, random) => ({ cancelAfterMs: random.between(0, 2_500) })),
      judge: ({ evidence: { generations } }) => {
        const canceled = generations.filter(({ error_code }) => error_code === 'CANCELED').length;
        const tooLate = generations.filter(({ status }) => status === 'completed').length;
        return {
          figures: { canceled, 'completed first': tooLate },
          violations: [...atLeast(1, 'canceled', canceled), ...atLeast(1, 'completed before that', tooLate)],
        };
      },
    }),
  }),
];
