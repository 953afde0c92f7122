import { execFile } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ChaosOptions } from './chaos-options.ts';
import { checkEvidence } from './checks/check-evidence.ts';
import { collectEvidence } from './evidence/collect-evidence.ts';
import { openHistory, readHistory } from './evidence/history-file.ts';
import { chooseFaults } from './faults/catalogue.ts';
import { unleash } from './faults/nemesis.ts';
import { createRandom } from './random.ts';
import { buildReport, type ChaosReport, writeReport } from './report.ts';
import { type ChaosSystem, startChaosSystem } from './system/chaos-system.ts';
import { watchBreakers } from './system/watch-breakers.ts';
import { watchRepairs } from './system/watch-repairs.ts';
import { untilQuiet } from './until-quiet.ts';
import { askAsStranger, listOwn } from './workload/ask-as-stranger.ts';
import type { Customer } from './workload/customer.ts';
import { serveCustomer } from './workload/customer.ts';
import { lookAgain } from './workload/look.ts';
import { drawOrder, type Order } from './workload/order.ts';
import type { Accepted } from './workload/place-order.ts';
import { createUsers } from './workload/users.ts';

const userCount = 50;

type Served = { order: Order; customer: Customer; accepted: Accepted };

/** One experiment from start to report: work under faults, then quiet, then questions, then the verdict. */
export async function runChaos(options: ChaosOptions, say: (line: string) => void): Promise<ChaosReport> {
  const faults = chooseFaults(options.faults);
  await mkdir(options.outDir, { recursive: true });
  const startedAt = new Date();
  await using system = await startChaosSystem(options.env);
  say(`started in ${Math.round((Date.now() - startedAt.getTime()) / 1000)} s, seed ${options.seed}`);
  try {
    const users = await createUsers(system.databaseUrl, userCount);
    const historyFile = join(options.outDir, 'history.ndjson');
    const random = createRandom(options.seed);
    const repairs = watchRepairs(system.gatewayUrls);
    const breakers = watchBreakers(system.databaseUrl);
    const { strikes, recovered } = await work();
    await Promise.all([repairs.stop(), breakers.stop()]);
    const history = await readHistory(historyFile);
    say(recovered.recoveryMs === null ? `not quiet after ${options.quietLimitMs} ms` : `quiet after ${recovered.recoveryMs} ms; checking`);
    const evidence = await collectEvidence({
      system,
      history,
      quiet: recovered,
      keys: users.map(({ key }) => key),
      counted: { 'breakers opened': breakers.count(), 'repairs by sweepers': repairs.count() },
    });
    await writeFile(join(options.outDir, 'evidence.json'), JSON.stringify({ ...evidence, history: [] }));
    const report = buildReport({ options, evidence, strikes, verdicts: checkEvidence(evidence), startedAt, gitSha: await gitSha() });
    await writeReport(options.outDir, report);
    return report;

    async function work() {
      await using history = openHistory(historyFile);
      const stopFaults = new AbortController();
      let stopped = false;
      const customerOf = (order: Order): Customer => {
        const own = random.fork(`customer ${order.plan}`);
        const user = users[order.user];
        if (!user) throw new Error(`There is no user ${order.user}`);
        return { user, random: own, history, door: () => own.pick(system.doors), stopped: () => stopped };
      };
      const orders = random.fork('orders');
      const arrivals = random.fork('arrivals');
      const served: Served[] = [];
      const nemesis = unleash({ system, random: random.fork('nemesis'), faults, atOnce: options.atOnce, signal: stopFaults.signal });
      const serving: Promise<void>[] = [];
      for (let plan = 0; plan < options.n; plan += 1) {
        const order = drawOrder(orders, { plan, users: users.length });
        const customer = customerOf(order);
        serving.push(
          serveCustomer(customer, order).then((accepted) => {
            if (accepted) served.push({ order, customer, accepted });
          }),
        );
        // Exponential gaps: arrivals that know nothing of each other.
        await pause((-Math.log(1 - arrivals.next()) * 1_000) / options.rate);
        if (plan % 100 === 99) say(`${plan + 1} orders, ${served.length} served`);
      }
      stopFaults.abort();
      const strikes = await nemesis;
      await makeWell(system);
      const recovered = await untilQuiet(system.databaseUrl, options.quietLimitMs);
      const patience = setTimeout(() => {
        stopped = true;
      }, 15_000);
      await Promise.all(serving);
      clearTimeout(patience);
      stopped = false;
      await askEverybody(served, random.fork('strangers').shuffle(served).slice(0, 100));
      return { strikes, recovered };
    }
  } finally {
    await keepLogs(system, options.outDir);
  }
}

async function makeWell(system: ChaosSystem): Promise<void> {
  for (const link of Object.values(system.links)) link.clear();
  await fetch(`${system.simulatorUrl}/sim/scenario`, { method: 'DELETE' }).catch(() => undefined);
}

async function askEverybody(served: readonly Served[], some: readonly Served[]): Promise<void> {
  for (const { customer, order, accepted } of served) await lookAgain(customer, order.plan, accepted);
  for (const [index, { order, accepted }] of some.entries()) {
    const stranger = some[(index + 1) % some.length]?.customer;
    const owner = some[index]?.customer;
    if (stranger && stranger.user.id !== owner?.user.id) await askAsStranger(stranger, { plan: order.plan, mark: order.mark, ...accepted });
  }
  const byUser = new Map(served.map(({ customer }) => [customer.user.id, customer]));
  for (const customer of byUser.values()) await listOwn(customer);
}

/** Where the checker's findings are explained. */
async function keepLogs({ dataDir }: ChaosSystem, outDir: string): Promise<void> {
  for (const part of ['a', 'b', 'simulator']) await cp(join(dataDir, part, 'logs'), join(outDir, 'logs', part), { recursive: true });
}

async function gitSha(): Promise<string> {
  const run = promisify(execFile);
  const { stdout } = await run('git', ['describe', '--always', '--dirty', '--abbrev=12'], { cwd: import.meta.dirname });
  return stdout.trim();
}
