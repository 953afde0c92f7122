import { ask, readJson } from './ask.ts';
import type { Customer } from './customer.ts';
import type { Accepted } from './place-order.ts';

type Foreign = { plan: number; mark: string } & Accepted;

/** Asks for somebody else's generation at every door that takes an id. */
export async function askAsStranger(customer: Customer, { plan, mark, requestId, generationId }: Foreign): Promise<void> {
  const input = encodeURIComponent(JSON.stringify({ id: generationId }));
  const paths = [
    `/api:v2/status/check?request_id=${requestId}`,
    `/api:v2/data/history/${generationId}`,
    `/trpc/generations.get?input=${input}`,
    `/api/generations/subscribe?request_ids=${requestId}`,
  ];
  for (const path of paths) {
    const answer = await ask(`${customer.door()}${path}`, { key: customer.user.key });
    if (answer.status === 'lost') continue;
    const leaked = answer.text.includes(mark);
    customer.history.write({ kind: 'stranger', plan, by: customer.user.id, path: path.split('?')[0] ?? '', status: answer.status, leaked });
  }
}

/** Whose prompts are in this user's own history: theirs, and nobody else's. */
export async function listOwn(customer: Customer): Promise<void> {
  const answer = await ask(`${customer.door()}/api:v2/data/history?limit=100`, { key: customer.user.key });
  if (answer.status !== 200 || !readJson(answer)) return;
  const marks = [...new Set([...answer.text.matchAll(/mark[0-9a-z]+x[0-9a-z]+/g)].map(([mark]) => mark))];
  customer.history.write({ kind: 'listing', user: customer.user.id, marks });
}
