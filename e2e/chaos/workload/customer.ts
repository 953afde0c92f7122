import { setTimeout as pause } from 'node:timers/promises';
import type { HistoryWriter } from '../evidence/history-file.ts';
import type { Random } from '../random.ts';
import { ask } from './ask.ts';
import { followEvents } from './follow-events.ts';
import { lookUntilEnded } from './look.ts';
import type { Order } from './order.ts';
import { type Accepted, placeOrder } from './place-order.ts';
import type { ChaosUser } from './users.ts';

/** A user with one order on their mind, and what they need for it. */
export type Customer = {
  readonly user: ChaosUser;
  readonly random: Random;
  readonly history: HistoryWriter;
  /** One of the gateways, another one each time. */
  door(): string;
  /** The run is over; whoever has no answer yet gives up. */
  stopped(): boolean;
};

/** From the order to its end, whatever happens on the way. Null when it was refused, or not accepted before the run was over. */
export async function serveCustomer(customer: Customer, order: Order): Promise<Accepted | null> {
  const { history, user } = customer;
  const { plan, mark, route, key, images } = order;
  history.write({ kind: 'order', plan, user: user.id, mark, route, key, images });
  const accepted = await placeOrder(customer, order);
  if (!accepted) return null;
  const canceling = order.cancelAfterMs === null ? undefined : cancel(customer, order, accepted);
  if (order.follow === 'events') await followEvents(customer, order.plan, accepted);
  await lookUntilEnded(customer, order.plan, accepted);
  await canceling;
  return accepted;
}

async function cancel(customer: Customer, { plan, cancelAfterMs }: Order, { generationId }: Accepted): Promise<void> {
  await pause(cancelAfterMs ?? 0);
  for (let tries = 0; tries < 10 && !customer.stopped(); tries += 1) {
    const url = `${customer.door()}/trpc/generations.cancel`;
    const { status } = await ask(url, { method: 'POST', key: customer.user.key, body: { id: generationId } });
    customer.history.write({ kind: 'cancel', plan, status });
    if (status !== 'lost' && status < 500 && status !== 429) return;
    await pause(300);
  }
}
