import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkEvidence } from '../checks/check-evidence.ts';
import { collectEvidence } from '../evidence/collect-evidence.ts';
import { countSometimes } from '../evidence/count-sometimes.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { readHistory } from '../evidence/history-file.ts';
import { withDatabase } from '../evidence/read-database.ts';
import type { Fault } from '../faults/fault.ts';
import type { Strike } from '../faults/nemesis.ts';
import { createRandom } from '../random.ts';
import { serveOrders } from '../serve-orders.ts';
import type { ChaosSystem } from '../system/chaos-system.ts';
import { watchBreakers } from '../system/watch-breakers.ts';
import { watchRepairs } from '../system/watch-repairs.ts';
import type { drawOrder } from '../workload/order.ts';
import { createUsers } from '../workload/users.ts';
import type { Laboratory } from './experiment.ts';
import { ownEvidence } from './own-evidence.ts';

export type Trial = {
  /** Within one laboratory no two trials have the same name. */
  name: string;
  /** Orders. */
  n: number;
  /** Orders per second. */
  rate: number;
  users?: number;
  faults: readonly Fault[];
  atOnce?: number;
  draw?: typeof drawOrder | undefined;
  /** Whether every fault has had its turn; until then orders go on. */
  isEnough?: (() => boolean) | undefined;
  quietLimitMs?: number;
};

/** `broken`: a sentence for each broken promise, with the invariant's id in front. */
export type Tried = { evidence: Evidence; strikes: Strike[]; broken: string[] };

/** Orders of users of their own under faults, to the end, and what the independent checker says of what became of these orders. */
export async function tryOrders(laboratory: Laboratory, system: ChaosSystem, trial: Trial): Promise<Tried> {
  const outDir = join(laboratory.outDir, trial.name);
  await mkdir(outDir, { recursive: true });
  const users = await createUsers(system.databaseUrl, trial.users ?? 20);
  const before = await withDatabase(system.databaseUrl, (client) => countSometimes(client, system.dataDir, []));
  const repairs = watchRepairs(system.gatewayUrls);
  const breakers = watchBreakers(system.databaseUrl);
  const options = {
    // Another one for each trial: marks of orders must not come twice in one system.
    seed: createRandom(laboratory.seed)
      .fork(trial.name)
      .between(1, 2 ** 31),
    n: trial.n,
    rate: trial.rate,
    atOnce: trial.atOnce ?? 1,
    quietLimitMs: trial.quietLimitMs ?? 100_000,
    outDir,
  };
  const { say } = laboratory;
  const { faults, draw, isEnough } = trial;
  const { strikes, quiet } = await serveOrders({ system, users, options, faults, draw, isEnough, say });
  await Promise.all([repairs.stop(), breakers.stop()]);
  const all = await collectEvidence({
    system,
    history: await readHistory(join(outDir, 'history.ndjson')),
    quiet,
    keys: users.map(({ key }) => key),
    counted: { 'breakers opened': breakers.count(), 'repairs by sweepers': repairs.count() },
  });
  const sometimes = Object.fromEntries(Object.entries(all.sometimes).map(([name, count]) => [name, count - (before[name] ?? 0)]));
  const evidence = ownEvidence({ ...all, sometimes }, new Set(users.map(({ id }) => id)));
  await writeFile(join(outDir, 'evidence.json'), JSON.stringify({ ...evidence, history: [] }));
  const broken = checkEvidence(evidence).flatMap(({ id, violations }) => violations.map((text) => `${id}: ${text}`));
  return { evidence, strikes, broken };
}
