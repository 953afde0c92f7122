import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Asked } from './ask.ts';
import { ask, readJson } from './ask.ts';
import type { Customer } from './customer.ts';
import type { Order } from './order.ts';

export type Accepted = { requestId: string; generationId: string };

type AnswerBody = { request_id?: string; generation_id?: string; error?: { code?: string } | string };

/** Asks until there is an id: again after every lost answer and every refusal that may pass, always with the same key and body. */
export async function placeOrder(customer: Customer, order: Order): Promise<Accepted | null> {
  const both = await Promise.all([
    keepAsking(customer, order, order.hangUpAfterMs),
    order.duplicate ? keepAsking(customer, order, null) : undefined,
  ]);
  const accepted = both[0] ?? both[1] ?? null;
  if (accepted && order.reuseKey) {
    const prompt = `another fox ${order.mark}`;
    for (let tries = 0; tries < 20; tries += 1) {
      const answer = await post(customer, { ...order, body: { ...order.body, prompt } }, { timeoutMs: 10_000, otherBody: true });
      if (answer.status !== 'lost' && answer.status < 500 && answer.status !== 429) break;
      await pause(300);
    }
  }
  return accepted;
}

async function keepAsking(customer: Customer, order: Order, hangUpAfterMs: number | null): Promise<Accepted | null> {
  for (let timeoutMs = hangUpAfterMs ?? 10_000; !customer.stopped(); timeoutMs = 10_000) {
    const answer = await post(customer, order, { timeoutMs, otherBody: false });
    const body = readJson<AnswerBody>(answer);
    if (answer.status === 202 && body?.request_id && body.generation_id)
      return { requestId: body.request_id, generationId: body.generation_id };
    if (answer.status !== 'lost' && answer.status < 500 && answer.status !== 429 && answer.status !== 409) return null;
    const seconds = Number(answer.headers?.get('retry-after') ?? 0);
    await pause(Math.min(2_000, seconds * 1_000) + customer.random.between(50, 400));
  }
  return null;
}

async function post(customer: Customer, order: Order, { timeoutMs, otherBody }: { timeoutMs: number; otherBody: boolean }): Promise<Asked> {
  const startedAt = performance.now();
  const url = `${customer.door()}/api:v2/${order.route}`;
  const answer = await ask(url, {
    method: 'POST',
    key: customer.user.key,
    body: order.body,
    headers: { 'idempotency-key': order.key },
    timeoutMs,
  });
  const body = readJson<AnswerBody>(answer);
  customer.history.write({
    kind: 'call',
    plan: order.plan,
    user: customer.user.id,
    key: order.key,
    otherBody,
    durationMs: Math.round(performance.now() - startedAt),
    status: answer.status,
    errorCode: typeof body?.error === 'object' ? (body.error.code ?? null) : null,
    hasRetryAfter: answer.headers?.has('retry-after') ?? false,
    replayed: answer.headers?.get('idempotent-replayed') === 'true',
    requestId: body?.request_id ?? null,
    generationId: body?.generation_id ?? null,
    bodySha256: answer.status === 'lost' ? null : createHash('sha256').update(answer.text).digest('hex'),
  });
  return answer;
}
