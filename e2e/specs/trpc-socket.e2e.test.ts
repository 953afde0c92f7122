import { createClient } from '@imagegen/client/create-client';
import { toGatewayError } from '@imagegen/client/gateway-error';
import { generateAndWait } from '@imagegen/client/generate-and-wait';
import type { AppRouter } from '@imagegen/gateway/trpc/app-router';
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { submit, uniquePrompt, untilEnded } from '../src/generate.ts';
import { type HttpDoor, openDoor } from '../src/http-door.ts';
import { type RunningSystem, startRunningSystem } from '../src/running-system.ts';

let system: RunningSystem;
let door: HttpDoor;
beforeAll(async () => {
  system = await startRunningSystem({ RATE_LIMIT_READS_PER_MINUTE: '200' });
  door = openDoor(system.gatewayUrl);
});
afterAll(() => system[Symbol.asyncDispose]());

/** Everything over one WebSocket, the way tRPC's own link does it. */
function openSocketClient(token: string) {
  const socket = createWSClient({
    url: `${system.gatewayUrl.replace('http', 'ws')}/trpc`,
    connectionParams: { token },
    retryDelayMs: () => 50,
  });
  const client = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] });
  return { client, [Symbol.asyncDispose]: () => socket.close() };
}
type SocketClient = ReturnType<typeof openSocketClient>['client'];

const slowly = () => ({ prompt: uniquePrompt('a red fox sim:queue=4 sim:latency=600') });

/** The seqs heard, in order, to the end; `onEvent` is told each. */
function listen(client: SocketClient, id: string, onEvent: (seq: number) => void = () => undefined): Promise<number[]> {
  const seqs: number[] = [];
  return new Promise((resolve, reject) => {
    client.generations.subscribe.subscribe(
      { id },
      {
        onData: ({ data }) => {
          seqs.push(data.seq);
          onEvent(data.seq);
        },
        onComplete: () => resolve(seqs),
        onError: reject,
      },
    );
  });
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'answered',
    (thrown: unknown) => {
      const error = toGatewayError(thrown);
      return error instanceof Error && 'code' in error ? error.code : error;
    },
  );

test("tRPC's own client asks, generates and listens over one WebSocket", async () => {
  await using user = openSocketClient(door.key);
  const { request_id } = await user.client.flux.standard.mutate(slowly());
  const seqs = await listen(user.client, request_id);
  expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  expect(await user.client.status.check.query({ request_id })).toMatchObject({ request_id, status: 'completed' });
  expect(await user.client.loras.get.query({ id: 309 })).toMatchObject({ id: 309 });
});

test('the typed client hears events over a WebSocket, and calls over HTTP', async () => {
  const called: string[] = [];
  const noting: typeof fetch = (address, init) => {
    called.push(new URL(String(address)).pathname);
    return fetch(address, init);
  };
  const client = createClient({ url: system.gatewayUrl, token: door.key, fetch: noting, liveEvents: 'websocket' });
  const heard: number[] = [];
  const output = await generateAndWait(client, slowly(), { onProgress: ({ progress }) => heard.push(progress) });
  expect(output.status).toBe('completed');
  expect(heard.length).toBeGreaterThan(2);
  expect(heard).toEqual(heard.toSorted((a, b) => a - b));
  expect(called).toEqual(['/trpc/smart.generate', '/trpc/status.check']);
});

test('a subscription goes on after the gateway was killed, without gap or repeat', async () => {
  await using user = openSocketClient(door.key);
  const { request_id } = await submit(door, 'flux/standard', slowly());
  const gateway = system.processes.gateway!;
  const { pid } = gateway;
  const seqs = await listen(user.client, request_id, (seq) => {
    if (seq === 2 && gateway.pid === pid) gateway.kill('SIGKILL');
  });
  expect(gateway.pid).not.toBe(pid);
  expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  expect((await untilEnded(door, request_id)).status).toBe('completed');
});

test('a foreign or absent key is refused, call by call and for events', async () => {
  const { request_id } = await submit(door, 'flux/standard', { prompt: uniquePrompt() });
  for (const token of ['', 'ig_dev_nobody', 'not a key']) {
    await using stranger = openSocketClient(token);
    expect(await codeOf(stranger.client.status.check.query({ request_id }))).toBe('UNAUTHORIZED');
    expect(await codeOf(stranger.client.flux.standard.mutate({ prompt: uniquePrompt() }))).toBe('UNAUTHORIZED');
    expect(await codeOf(listen(stranger.client, request_id))).toBe('UNAUTHORIZED');
  }
  await using other = openSocketClient('ig_dev_user2');
  expect(await codeOf(listen(other.client, request_id))).toBe('NOT_FOUND');
});

test('every call over it counts against the limit of its user', async () => {
  await using user = openSocketClient('ig_dev_admin');
  const codes = await Promise.all(Array.from({ length: 220 }, () => codeOf(user.client.status.check.query({ request_id: 'req_none' }))));
  expect(codes.filter((code) => code === 'NOT_FOUND')).toHaveLength(200);
  expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(20);
});
