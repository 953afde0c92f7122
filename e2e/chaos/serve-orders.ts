import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ChaosOptions } from './chaos-options.ts';
import type { QuietFacts } from './evidence/evidence.ts';
import { type HistoryWriter, openHistory } from './evidence/history-file.ts';
import type { Fault } from './faults/fault.ts';
import { type Strike, unleash } from './faults/nemesis.ts';
import { createRandom, type Random } from './random.ts';
import type { ChaosSystem } from './system/chaos-system.ts';
import { untilQuiet } from './until-quiet.ts';
import { askAsStranger, listOwn } from './workload/ask-as-stranger.ts';
import { type Customer, serveCustomer } from './workload/customer.ts';
import { lookAgain } from './workload/look.ts';
import { drawOrder, type Order } from './workload/order.ts';
import type { Accepted } from './workload/place-order.ts';
import type { ChaosUser } from './workload/users.ts';

type Served = { order: Order; customer: Customer; accepted: Accepted };
type Scene = {
  system: ChaosSystem;
  users: readonly ChaosUser[];
  options: Pick<ChaosOptions, 'seed' | 'n' | 'rate' | 'atOnce' | 'quietLimitMs' | 'outDir'>;
  faults: readonly Fault[];
  /** Default: all kinds of orders. */
  draw?: typeof drawOrder | undefined;
  /** False: further orders come although there were as many as wanted, up to ten times as many. Default: always true. */
  isEnough?: (() => boolean) | undefined;
  say: (line: string) => void;
};

/** How long customers may go on asking after the system has come to rest: it may have had no gateway to accept what they asked for. */
const patienceMs = 60_000;
const strangers = 100;

/** Orders under faults, then rest, then questions. Everything that callers see goes into `history.ndjson`. */
export async function serveOrders(scene: Scene): Promise<{ strikes: Strike[]; quiet: QuietFacts }> {
  const { system, options, faults } = scene;
  await using history = openHistory(join(options.outDir, 'history.ndjson'));
  const random = createRandom(options.seed);
  const stopFaults = new AbortController();
  const patience = new AbortController();
  const nemesis = unleash({ system, random: random.fork('nemesis'), faults, atOnce: options.atOnce, signal: stopFaults.signal });
  const { served, serving } = await takeOrders(scene, { history, random, stopped: () => patience.signal.aborted });
  stopFaults.abort();
  const strikes = await nemesis;
  await makeWell(system);
  const quiet = await untilQuiet(system.databaseUrl, options.quietLimitMs);
  const timer = setTimeout(() => patience.abort(), patienceMs);
  await Promise.all(serving);
  clearTimeout(timer);
  const last = await untilQuiet(system.databaseUrl, options.quietLimitMs);
  await askEverybody(served, random.fork('strangers').shuffle(served).slice(0, strangers));
  return { strikes, quiet: last.recoveryMs === null ? last : quiet };
}

type Taking = { history: HistoryWriter; random: Random; stopped: () => boolean };

/** Resolves when the last order has arrived; `serving` settle when their customers have what they came for. */
async function takeOrders(
  { system, users, options, draw = drawOrder, isEnough = () => true, say }: Scene,
  { history, random, stopped }: Taking,
) {
  const orders = random.fork('orders');
  const arrivals = random.fork('arrivals');
  const served: Served[] = [];
  const serving: Promise<void>[] = [];
  for (let plan = 0; plan < options.n || (!isEnough() && plan < 10 * options.n); plan += 1) {
    const order = draw(orders, { plan, users: users.length });
    const user = users[order.user];
    if (!user) throw new RangeError(`There is no user ${order.user}`);
    const own = random.fork(`customer ${plan}`);
    const customer: Customer = { user, random: own, history, door: () => own.pick(system.doors), stopped };
    const service = serveCustomer(customer, order).then((accepted) => {
      if (accepted) served.push({ order, customer, accepted });
    });
    serving.push(service);
    // Exponential gaps: arrivals that know nothing of each other.
    await pause((-Math.log(1 - arrivals.next()) * 1_000) / options.rate);
    if (plan % 100 === 99) say(`${plan + 1} orders, ${served.length} served`);
  }
  return { served, serving };
}

async function makeWell(system: ChaosSystem): Promise<void> {
  for (const link of Object.values(system.links)) link.clear();
  await fetch(`${system.simulatorUrl}/sim/scenario`, { method: 'DELETE' }).catch(() => undefined);
}

async function askEverybody(served: readonly Served[], some: readonly Served[]): Promise<void> {
  for (const { customer, order, accepted } of served) await lookAgain(customer, order.plan, accepted);
  for (const [index, { order, accepted, customer: owner }] of some.entries()) {
    const stranger = some[(index + 1) % some.length]?.customer;
    if (stranger && stranger.user.id !== owner.user.id) await askAsStranger(stranger, { plan: order.plan, mark: order.mark, ...accepted });
  }
  const byUser = new Map(served.map(({ customer }) => [customer.user.id, customer]));
  for (const customer of byUser.values()) await listOwn(customer);
}
