import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateways, startTestGateways } from '../http/running-gateway.fixture.ts';
import { openSocket } from './socket-caller.fixture.ts';

let gateways: RunningGateways;
let url: string;
beforeAll(async () => {
  gateways = await startTestGateways({ RATE_LIMIT_READS_PER_MINUTE: '1000', RATE_LIMIT_WRITES_PER_MINUTE: '10' });
  url = gateways.urls[0] ?? '';
});
afterAll(() => gateways[Symbol.asyncDispose]());

const asUser = { token: 'ig_dev_user1' };
const missing = { request_id: 'req_none' };

describe.concurrent('tRPC over a WebSocket', () => {
  it('answers queries and mutations, and errors in our words', async () => {
    await using caller = await openSocket(url, asUser);
    expect(await caller.call('data.presets.list', {})).toMatchObject({ items: [] });
    expect(await caller.call('status.check', missing)).toEqual([404, 'NOT_FOUND']);
    expect(await caller.call('smart.generate', { prompt: '' }, 'mutation')).toEqual([400, 'VALIDATION_ERROR']);
    expect(await caller.call('smart.generate', { prompt: 'a lighthouse' }, 'mutation')).toMatchObject({ status: 'pending' });
    expect(await caller.call('generations.subscribe', { id: 'gen_none' }, 'subscription')).toEqual([404, 'NOT_FOUND']);
    expect(await caller.call('no.such', {})).toEqual([404, 'NOT_FOUND']);
  });

  it.each([[null], [{ token: 'ig_nobody_0000' }], [{ ticket: 'forged.ticket' }], [{}]])(
    'refuses every call of a stranger (%j), and then the stranger',
    async (params) => {
      const caller = await openSocket(url, params);
      expect(await caller.call('status.check', missing)).toEqual([401, 'UNAUTHORIZED']);
      expect(await caller.call('smart.generate', { prompt: 'a fox' }, 'mutation')).toEqual([401, 'UNAUTHORIZED']);
      expect(await caller.closed).toBe(1008);
    },
  );

  it('keeps whoever said in time who they are', async () => {
    await using caller = await openSocket(url, asUser);
    await (await openSocket(url, null)).closed;
    expect(await caller.call('status.check', missing)).toEqual([404, 'NOT_FOUND']);
  });

  it('lets a ticket read, and not write', async () => {
    await using owner = await openSocket(url, asUser);
    const { ticket } = (await owner.call('tickets.create', undefined, 'mutation')) as { ticket: string };
    await using caller = await openSocket(url, { ticket });
    expect(await caller.call('status.check', missing)).toEqual([404, 'NOT_FOUND']);
    expect(await caller.call('smart.generate', { prompt: 'a fox' }, 'mutation')).toEqual([403, 'FORBIDDEN']);
  });

  it('counts every call, and refuses those above the limit', async () => {
    await using caller = await openSocket(url, { token: 'ig_dev_user2' });
    const answers = await Promise.all(Array.from({ length: 15 }, () => caller.call('generations.cancel', { id: 'gen_none' }, 'mutation')));
    expect(answers.filter((answer) => String(answer) === '429,RATE_LIMITED')).toHaveLength(5);
    const rest = await fetch(`${url}/api:v2/flux/standard`, { method: 'POST', headers: { authorization: 'Bearer ig_dev_user2' } });
    expect(rest.status).toBe(429);
  });

  it('ends with its key: calls are refused, and events are not told any more', async ({ expect: expected }) => {
    await using admin = await openSocket(url, { token: 'ig_dev_admin' });
    const newKey = async () => (await admin.call('admin.keys.create', { user: 'soon gone' }, 'mutation')) as { key: string; id: string };
    const [lost, kept] = [await newKey(), await newKey()];
    await using caller = await openSocket(url, { token: lost.key });
    await using owner = await openSocket(url, { token: kept.key });
    const { generation_id: id } = (await owner.call('smart.generate', { prompt: 'a heron' }, 'mutation')) as { generation_id: string };
    const heard: string[] = [];
    const listen = (socket: WebSocket) => {
      socket.addEventListener('message', ({ data }) => heard.push(String(data)));
      socket.send(JSON.stringify({ id: 99, method: 'subscription', params: { path: 'generations.subscribe', input: { id } } }));
    };
    listen(caller.socket);
    await expected.poll(() => heard.at(-1)).toContain('"accepted"');
    await admin.call('admin.keys.revoke', { id: lost.id }, 'mutation');
    await owner.call('generations.cancel', { id }, 'mutation');
    setTimeout(() => process.stderr.write(heard.join('\n')), 900);
    await expected.poll(() => heard.join()).toContain('UNAUTHORIZED');
    expected(heard.join()).not.toContain('CANCELED');
    expected(await caller.call('status.check', missing)).toEqual([401, 'UNAUTHORIZED']);
  });

  it('takes no message above the size of a body', async () => {
    const caller = await openSocket(url, asUser);
    caller.socket.send('x'.repeat(1024 * 1024 + 1));
    expect(await caller.closed).toBe(1009);
  });

  it('answers everything that is asked at once', async ({ expect: expected }) => {
    await using caller = await openSocket(url, { token: 'ig_dev_admin' });
    const input = { prompt: 'a heron '.repeat(490) };
    const answers = await Promise.all(Array.from({ length: 500 }, () => caller.call('utils.validate', input)));
    for (const answer of answers) expected(answer).toMatchObject({ valid: true });
  });

  it('has nothing for a plain GET', async () => {
    expect((await fetch(`${url}/trpc`)).status).toBe(404);
  });
});

it('says at the end that it is a restart', async () => {
  const own = await startTestGateways();
  const caller = await openSocket(own.urls[0] ?? '', asUser);
  await own[Symbol.asyncDispose]();
  expect(await caller.closed).toBe(1012);
});
