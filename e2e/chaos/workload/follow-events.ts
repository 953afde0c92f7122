import { setTimeout as pause } from 'node:timers/promises';
import type { Customer } from './customer.ts';
import type { Accepted } from './place-order.ts';

type Heard = { seqs: number[]; types: string[]; lastId: string | undefined };

/** Subscribes, and subscribes again with `Last-Event-ID` whenever the stream breaks, until the terminal event. */
export async function followEvents(customer: Customer, plan: number, accepted: Accepted): Promise<void> {
  const heard: Heard = { seqs: [], types: [], lastId: undefined };
  const hasEnded = () => heard.types.at(-1) === 'completed' || heard.types.at(-1) === 'failed';
  let connections = 0;
  while (!hasEnded() && !customer.stopped()) {
    connections += 1;
    await listen(customer, accepted, heard).catch(() => undefined);
    if (!hasEnded()) await pause(150);
  }
  customer.history.write({ kind: 'events', plan, seqs: heard.seqs, types: heard.types, connections, ended: hasEnded() });
}

async function listen(customer: Customer, { requestId }: Accepted, heard: Heard): Promise<void> {
  const url = `${customer.door()}/api/generations/subscribe?request_ids=${requestId}`;
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${customer.user.key}`, ...(heard.lastId && { 'last-event-id': heard.lastId }) },
    // A stream that says nothing for so long may be half dead; the client's patience is not what is tested.
    signal: AbortSignal.timeout(20_000),
  });
  if (answer.status !== 200 || !answer.body) return void (await answer.body?.cancel());
  let buffered = '';
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    buffered += chunk;
    const blocks = buffered.split('\n\n');
    buffered = blocks.pop() ?? '';
    for (const block of blocks) hear(block, heard);
  }
}

function hear(block: string, heard: Heard): void {
  const field = (name: string) =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  const data = field('data');
  if (!data) return;
  const { seq, type } = JSON.parse(data) as { seq?: number; type?: string };
  if (seq === undefined || type === undefined) return;
  heard.lastId = field('id') ?? heard.lastId;
  heard.seqs.push(seq);
  heard.types.push(type);
}
