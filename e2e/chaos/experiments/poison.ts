import { withDatabase } from '../evidence/read-database.ts';
import type { Fault } from '../faults/fault.ts';
import { hold } from '../faults/wait.ts';
import { percentiles } from '../percentiles.ts';
import { type ChaosSystem, halves } from '../system/chaos-system.ts';
import { ask, readJson } from '../workload/ask.ts';
import { createUsers } from '../workload/users.ts';
import { atLeast, atMost, type Experiment, type Laboratory, type Outcome, type Scale } from './experiment.ts';
import { figuresOf } from './order-experiment.ts';
import { everyRoute, plainOrders, routeOf } from './orders.ts';
import { type Tried, tryOrders } from './try-orders.ts';

/** As many claims without progress as a generation gets. */
const mostClaims = 3;
const sizes: Record<Scale, { n: number; rate: number }> = { small: { n: 400, rate: 6 }, full: { n: 3_000, rate: 10 } };

const services = halves.map((half) => `fal-${half}`);

/** Has a generation accepted while nobody of fal's is awake to take it up. Its id. */
async function acceptAsleep(system: ChaosSystem): Promise<string> {
  const [user] = await createUsers(system.databaseUrl, 1);
  for (const name of services) system.processOf(name).kill('SIGSTOP');
  const body = { prompt: 'a fox of poison', width: 256, height: 256 };
  const answer = await ask(`${system.gatewayUrls[0]}/api:v2/${routeOf.fal}`, { method: 'POST', key: user?.key ?? '', body });
  const id = readJson<{ generation_id?: string }>(answer)?.generation_id;
  if (!id) throw new Error(`The poison was answered ${answer.status}: ${answer.text}`);
  return id;
}

/** Kills whoever has just claimed one generation, each time it is claimed, until it was claimed often enough to be given up. */
function poison(system: ChaosSystem) {
  const killed: string[] = [];
  let id: string | null = null;
  let isOver = false;
  const fault: Fault = {
    name: 'poison',
    async strike({ signal }) {
      isOver ||= id !== null && (await isGivenUp(system, id));
      if (isOver) {
        await hold(200, signal);
        return null;
      }
      // Whoever asks too early claims nothing, and is spared.
      if (id !== null) await untilClaimable(system, id, signal);
      const isNew = id === null;
      const pattern = id ?? (await acceptAsleep(system));
      id = pattern;
      const links = services.flatMap((name) => system.links[`${name}-postgres`] ?? []);
      let victim: string | undefined;
      const act = (port: number) => {
        victim ??= system.killPeer(port);
      };
      const armed = links.map((link) => link.arm({ pattern, moment: 'answer', act }));
      if (isNew) for (const name of services) system.processOf(name).kill('SIGCONT');
      await Promise.race([...armed.map(({ hit }) => hit), hold(40_000, signal)]);
      for (const each of armed) each.disarm();
      if (victim) killed.push(victim);
      return victim ? `${id}: ${victim}` : null;
    },
  };
  return { fault, killed, id: () => id, isOver: () => isOver };
}

/** Claimed as often as it may be: who claims it next ends it without looking at it. */
async function isGivenUp({ databaseUrl }: ChaosSystem, id: string): Promise<boolean> {
  const { rows } = await withDatabase(databaseUrl, (client) =>
    client.query<{ claims: number }>('select claims from generation_history_v2 where generation_id = $1', [id]),
  );
  return (rows[0]?.claims ?? 0) >= mostClaims;
}

async function untilClaimable({ databaseUrl }: ChaosSystem, id: string, signal: AbortSignal): Promise<void> {
  const soon = "select 1 from generation_history_v2 where generation_id = $1 and lease_until < now() + interval '300 ms'";
  const isClaimable = async () => (await withDatabase(databaseUrl, (client) => client.query(soon, [id]))).rowCount === 1;
  while (!signal.aborted && !(await isClaimable())) await hold(100, signal);
}

async function endOf({ databaseUrl }: ChaosSystem, id: string | null): Promise<string> {
  const { rows } = await withDatabase(databaseUrl, (client) =>
    client.query<{ ended: string }>(
      `select concat_ws(' ', status, error ->> 'code', credits_used::float8) as ended from generation_history_v2 where generation_id = $1`,
      [id],
    ),
  );
  return rows[0]?.ended ?? 'nothing';
}

function p95Of({ evidence }: Tried): number {
  const completed = evidence.generations.filter(({ status }) => status === 'completed');
  return percentiles(completed.map(({ created_at, completed_at }) => Math.round((completed_at ?? 0) - created_at))).p95;
}

async function run(laboratory: Laboratory): Promise<Outcome> {
  const system = await laboratory.system();
  const { n, rate } = sizes[laboratory.scale];
  const draw = plainOrders(everyRoute);
  const healthy = await tryOrders(laboratory, system, { name: 'F25-without', n: n / 4, rate, faults: [], draw });
  const { fault, killed, id, isOver } = poison(system);
  const tried = await tryOrders(laboratory, system, {
    name: 'F25',
    n,
    rate,
    faults: [fault],
    draw,
    isEnough: isOver,
  });
  const ended = await endOf(system, id());
  const [before, others] = [p95Of(healthy), p95Of(tried)];
  return {
    figures: { ...figuresOf(tried), deaths: killed.length, 'ended as': ended, 'others p95 ms': others, 'without it p95 ms': before },
    violations: [
      ...healthy.broken,
      ...tried.broken,
      ...atLeast(mostClaims, 'deaths', killed.length),
      ...(ended === 'failed INTERNAL 0' ? [] : [`the poisonous generation ended as ${ended}`]),
      ...atMost(before * 1.2 + 100, 'ms to completion of the others, p95', others),
    ],
  };
}

export const poisons: Experiment[] = [
  {
    id: 'F25',
    fault: 'a generation that kills every worker that touches it',
    how: 'a proxy sees its id in a claim and kills who asked, three times',
    holds: ['I1', 'I10'],
    target: 'given up after 3 claims, uncharged; p95 of the others below 1.2 times what it is without, and 100 ms',
    run,
  },
];
