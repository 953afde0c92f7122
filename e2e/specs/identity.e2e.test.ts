import type { GenerationOutput } from '@imagegen/client/procedure-types';
import { beforeAll, describe, expect, test } from 'vitest';
import { openEventStream } from '../src/event-stream.ts';
import { generate, uniquePrompt } from '../src/generate.ts';
import { type ErrorAnswer, type HttpDoor, openDoor } from '../src/http-door.ts';
import { callProcedure } from '../src/procedure.ts';
import { sharedSystem } from '../src/shared-system.ts';

const { gatewayUrl } = sharedSystem;
const owner = openDoor(gatewayUrl);

const badKeys = [
  '',
  'x',
  'ig_dev_nobody',
  'ig_dev_user1x',
  'IG_DEV_USER1',
  'ig_dev_user1_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  'ig_live_abc_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  'ig_dev_user1 ig_dev_user2',
  "' or 1=1 --",
  'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.',
];

type Asking = [string, (door: HttpDoor, id: string) => Promise<{ status: number; code: string | undefined }>];

const rest = async (answer: Promise<{ status: number; body: ErrorAnswer }>) => {
  const { status, body } = await answer;
  return { status, code: body.error?.code };
};
const procedure = async (door: HttpDoor, path: string, input: unknown) => {
  const { status, body } = await callProcedure(door, path, input);
  return { status, code: body.error?.data.error.code };
};

/** Everything that takes the id of a generation. */
const byId: Asking[] = [
  ['GET status/check by request_id', (door, id) => rest(door.get(`/api:v2/status/check?request_id=${id}`))],
  ['GET status/check by generation_id', (door, id) => rest(door.get(`/api:v2/status/check?generation_id=${id}`))],
  ['GET status/check with wait', (door, id) => rest(door.get(`/api:v2/status/check?request_id=${id}&wait=1`))],
  ['POST status/check', (door, id) => rest(door.post('/api:v2/status/check', { request_id: id }))],
  ['status.check', (door, id) => procedure(door, 'status.check', { request_id: id })],
  ['generations.get', (door, id) => procedure(door, 'generations.get', { id })],
];

/** Everything else that needs a key. */
const others: Asking[] = [
  ...['smart/generate', 'flux/standard', 'flux/advanced', 'flux/juggernaut', 'replicate/generate', 'openai/generate', 'openai/edit'].map(
    (route): Asking => [`POST ${route}`, (door) => rest(door.post(`/api:v2/${route}`, { prompt: 'a fox' }))],
  ),
  ...['utils/estimate', 'utils/validate'].map(
    (route): Asking => [`POST ${route}`, (door) => rest(door.post(`/api:v2/${route}`, { prompt: 'a fox' }))],
  ),
  ...[
    'smart.generate',
    'flux.standard',
    'flux.advanced',
    'flux.juggernaut',
    'replicate.generate',
    'openai.generate',
    'openai.edit',
    'utils.estimate',
    'utils.validate',
    'loras.list',
  ].map((path): Asking => [path, (door) => procedure(door, path, { prompt: 'a fox' })]),
];

describe.concurrent('identity', () => {
  let output: GenerationOutput;
  beforeAll(async () => {
    output = await generate(owner, 'flux/standard', { prompt: uniquePrompt() });
  });

  test.each([...byId, ...others])('%s needs a valid key, and says no before it looks at anything', async (_, ask) => {
    for (const key of badKeys)
      expect([key, await ask(openDoor(gatewayUrl, key), output.request_id)]).toEqual([key, { status: 401, code: 'UNAUTHORIZED' }]);
  });

  test('another scheme than Bearer is no key', async () => {
    for (const authorization of ['Basic aWdfZGV2X3VzZXIx', 'ig_dev_user1', 'Bearer', 'Bearer ']) {
      const { status } = await openDoor(gatewayUrl, '').get(`/api:v2/status/check?request_id=${output.request_id}`, { authorization });
      expect([authorization, status]).toEqual([authorization, 401]);
    }
  });

  test.each(byId)('%s: somebody else’s is not there, like one that never was', async (_, ask) => {
    const stranger = openDoor(gatewayUrl, 'ig_dev_user2');
    for (const id of [output.request_id, output.generation_id, 'req_0000000000000000', '1', "' or 1=1 --", '../../x', '%25']) {
      expect([id, await ask(stranger, encodeURIComponent(id))]).toEqual([id, { status: 404, code: 'NOT_FOUND' }]);
    }
    expect((await ask(owner, output.request_id)).status).toBe(200);
  });

  test('events are the owner’s', async () => {
    for (const [key, status] of [
      ['', 401],
      ['ig_dev_nobody', 401],
      ['ig_dev_user2', 404],
    ] as const) {
      await using stream = await openEventStream(openDoor(gatewayUrl, key), { id: output.request_id });
      const words = stream.status === 200 ? await stream.text() : String(stream.status);
      expect([key, words]).toEqual([key, expect.stringContaining(String(status))]);
      expect(words).not.toContain(output.images[0]!.sha256);
    }
  });

  test('a key in the body or the query is none', async () => {
    const nobody = openDoor(gatewayUrl, '');
    expect((await nobody.get(`/api:v2/status/check?request_id=${output.request_id}&token=${owner.key}`)).status).toBe(401);
    expect((await nobody.get(`/api:v2/status/check?request_id=${output.request_id}`, { 'x-api-key': owner.key })).status).toBe(401);
  });

  test('permanent picture addresses are the owner’s', async () => {
    const { vault_url } = output.images[0]!;
    for (const key of badKeys) {
      const { status } = await fetch(vault_url!, { headers: { ...(key && { authorization: `Bearer ${key}` }) } });
      expect([key, status]).toEqual([key, 401]);
    }
  });

  test('a webhook without a valid signature changes nothing', async () => {
    const nobody = openDoor(gatewayUrl, '');
    const token = 'x'.repeat(32);
    const signed = {
      'x-fal-webhook-request-id': 'a',
      'x-fal-webhook-user-id': 'b',
      'x-fal-webhook-timestamp': String(Math.floor(Date.now() / 1000)),
      'x-fal-webhook-signature': '0'.repeat(128),
    };
    expect((await nobody.post(`/webhooks/fal/${token}`, { request_id: 'a' })).status).toBe(401);
    expect((await nobody.post(`/webhooks/fal/${token}`, { request_id: 'a' }, signed)).status).toBe(401);
    expect((await nobody.post('/webhooks/fal/short', { request_id: 'a' }, signed)).status).toBe(404);
  });
});
