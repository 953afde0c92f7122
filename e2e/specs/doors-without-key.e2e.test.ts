import type { GenerationOutput } from '@imagegen/client/procedure-types';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uniquePrompt } from '../src/generate.ts';
import { type HttpDoor, openDoor } from '../src/http-door.ts';
import { collectEvents, subscribeOverSocket } from '../src/live-events.ts';
import { fetchPicture } from '../src/picture.ts';
import { type RunningSystem, startRunningSystem } from '../src/running-system.ts';

type Answer = { request_id: string; images?: { url: string }[]; image_url?: string; error?: unknown; code?: string };

let system: RunningSystem;
let nobody: HttpDoor;
let somebody: HttpDoor;

beforeAll(async () => {
  system = await startRunningSystem({ LEGACY_ANONYMOUS: 'true', LEGACY_PATHS: '{"some/old-path":"flux-juggernaut"}' });
  nobody = openDoor(system.gatewayUrl, '');
  somebody = openDoor(system.gatewayUrl);
});
afterAll(() => system[Symbol.asyncDispose]());

/** Asks until `isDone`; the picture of a simulated provider takes well under a second. */
async function poll(path: string, isDone: (body: Answer & { status: string }) => boolean): Promise<Answer> {
  const endsAt = performance.now() + 20_000;
  for (;;) {
    const { status, body } = await nobody.get<Answer & { status: string }>(path);
    if (status !== 200 || performance.now() > endsAt) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`);
    if (isDone(body)) return body;
  }
}

describe('with LEGACY_ANONYMOUS', () => {
  test('a caller of the first group gets its picture without a key', async () => {
    const body = { prompt: uniquePrompt(), cfg: '7', num_images: '1', model_name: '' };
    const first = await nobody.post<Answer>('/api:_WUcacrv/generate-image', body);
    expect(first.status).toBe(200);
    const done = await poll(`/api:_WUcacrv/generate-image/requests/${first.body.request_id}`, ({ images }) => images !== undefined);
    await fetchPicture(done.images?.[0]?.url ?? '');
  });

  test('a front end of today gets its picture without a key', async () => {
    const first = await nobody.post<Answer>('/api:f0PVlTz_/smart_generate', { prompt: uniquePrompt(), dimensions: '512x768' });
    expect(first.status).toBe(202);
    const done = await poll(`/api:f0PVlTz_/status_check?job_id=${first.body.request_id}`, ({ status }) => status === 'completed');
    expect(await fetchPicture(done.image_url ?? '')).toMatchObject({ width: 512, height: 768 });
    expect((await nobody.get('/api:f0PVlTz_/loras')).status).toBe(200);
  });

  test('the unified gateway makes a picture without a key, and its poll_url works', async () => {
    const first = await nobody.post<GenerationOutput>('/api/image/generate', { prompt: uniquePrompt() });
    expect(first.status).toBe(202);
    const done = await poll(`${first.body.poll_url}&wait=5`, ({ status }) => status === 'completed');
    await fetchPicture(done.images?.[0]?.url ?? '');
  });

  test('maps the configured old paths', async () => {
    const { status, body } = await nobody.post<{ provider: string }>('/api:_WUcacrv/some/old-path', { prompt: uniquePrompt() });
    expect([status, body.provider]).toEqual([200, 'fal-juggernaut']);
  });

  test.each([
    ['POST', '/api:v2/flux/standard'],
    ['POST', '/api/providers/flux-dev'],
    ['POST', '/v1/images/generations'],
    ['GET', '/api/generations/history'],
    ['GET', '/api/generations/subscribe?request_ids=req_a'],
  ])('%s %s still needs a key', async (method, path) => {
    const { status } = method === 'POST' ? await nobody.post(path, { prompt: 'a' }) : await nobody.get(path);
    expect(status).toBe(401);
  });

  test('a wrong key stays wrong, and nobody sees what somebody made', async () => {
    const wrong = await openDoor(system.gatewayUrl, 'ig_dev_wrong').post<Answer>('/api:f0PVlTz_/smart_generate', { prompt: 'a' });
    expect([wrong.status, wrong.body]).toMatchObject([401, { error: expect.any(String), code: 'UNAUTHORIZED' }]);
    const { body } = await somebody.post<Answer>('/api/image/generate', { prompt: uniquePrompt() });
    for (const path of ['/api/generations/status?request_id=', '/api:_WUcacrv/gpt-image/requests/', '/api:f0PVlTz_/requests/']) {
      expect((await nobody.get(`${path}${body.request_id}`)).status).toBe(404);
    }
  });
});

describe('a ticket', () => {
  test('opens the live events where a browser cannot send its key', async () => {
    const { body } = await somebody.post<Answer>('/api/image/generate', { prompt: uniquePrompt() });
    const take = async () => (await somebody.post<{ ticket: string }>('/api/tickets', {})).body.ticket;
    const query = `request_ids=${body.request_id}&ticket=${await take()}`;
    const { status, events } = await collectEvents(await fetch(`${system.gatewayUrl}/api/generations/subscribe?${query}`));
    expect([status, events.at(-1)?.data.type]).toEqual([200, 'completed']);
    const { messages } = await subscribeOverSocket(nobody, { request_ids: [body.request_id] }, `?ticket=${await take()}`);
    expect(messages.at(-1)?.type).toBe('completed');
  });
});
