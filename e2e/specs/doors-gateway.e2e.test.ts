import type { GenerationOutput } from '@imagegen/client/procedure-types';
import { describe, expect, test } from 'vitest';
import { uniquePrompt, untilEnded } from '../src/generate.ts';
import { type ErrorAnswer, openDoor } from '../src/http-door.ts';
import { purchasesOf } from '../src/ledger.ts';
import { collectEvents, followWithEventSource, openEvents, subscribeOverSocket } from '../src/live-events.ts';
import { fetchPicture } from '../src/picture.ts';
import { sharedSystem } from '../src/shared-system.ts';

const { gatewayUrl, simulatorUrl } = sharedSystem;
const door = openDoor(gatewayUrl);
const stranger = openDoor(gatewayUrl, 'ig_dev_user2');

function plan(prompt: string, options: Record<string, unknown> = {}) {
  return {
    prompt,
    settings: { cfg_scale: 7.5, steps: 30, seed: 12345, width: 1024, height: 768, negative_prompt: '' },
    loras: [{ id: 309, weight: 1.2 }],
    options: { provider: 'auto', model: 'auto', num_images: 1, format: 'jpeg', quality: 95, save_to_vault: true, ...options },
  };
}

async function generate(body: Record<string, unknown>, prefix = '/api'): Promise<GenerationOutput> {
  const { status, body: answer } = await door.post<GenerationOutput>(`${prefix}/image/generate`, body);
  expect(status).toBe(202);
  return answer;
}

describe.concurrent('the unified gateway', () => {
  test.each(['/api', '/api:_WUcacrv'])('under %s answers the canonical output, pending first, then completed', async (prefix) => {
    const prompt = uniquePrompt();
    const first = await generate(plan(prompt), prefix);
    expect(first).toMatchObject({
      status: 'pending',
      provider: 'fal-standard',
      provider_used: 'fal',
      engine: 'flux-standard',
      api: 'gateway',
      prompt,
      seed: 12345,
      progress: 0,
      images: [],
      credits_used: 0,
      is_favorite: false,
      completed_at: null,
      poll_url: `/api/generations/status?request_id=${first.request_id}`,
    });
    await untilEnded(door, first.request_id);
    const { status, body } = await door.get<GenerationOutput>(`${prefix}/generations/${first.request_id}/status`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'completed', generation_id: first.generation_id, progress: 100 });
    expect(body.images[0]?.metadata).toMatchObject({ seed: 12345, actual_cfg: 7.5, actual_steps: 30, provider: 'fal-standard' });
    expect(await fetchPicture(body.images[0]?.url ?? '')).toMatchObject({ format: 'jpeg', width: 1024, height: 768 });
    const details = await door.get(`${prefix}/generations/${first.generation_id}`);
    const attempts = [{ n: 1, call: 0, engine: 'flux-standard', state: 'succeeded', cost: body.credits_used }];
    expect(details.body).toEqual({ ...body, attempts });
    const favorite = await door.post(`${prefix}/generations/${first.request_id}/favorite`, '', { 'content-type': 'application/json' });
    expect(favorite.body).toEqual({ ...body, is_favorite: true });
  });

  test('asks for 30 steps and guidance 7.5 when the caller does not', async () => {
    const prompt = uniquePrompt();
    const { request_id } = await generate({ prompt });
    await untilEnded(door, request_id);
    const [bought] = await purchasesOf(simulatorUrl, prompt);
    expect(bought?.input).toMatchObject({ num_inference_steps: 30, guidance_scale: 7.5 });
  });

  test.each([
    ['flux-dev', 'replicate'],
    ['juggernaut', 'flux-juggernaut'],
    ['flux-general', 'flux-advanced'],
  ])('has a route of its own for %s', async (name, engine) => {
    const { status, body } = await door.post<GenerationOutput>(`/api/providers/${name}`, { prompt: uniquePrompt() });
    expect([status, body.engine, body.status]).toEqual([202, engine, 'pending']);
  });

  test('finds a generation by either id, at every address, by GET and by POST', async () => {
    const { request_id, generation_id } = await generate({ prompt: uniquePrompt() });
    await untilEnded(door, request_id);
    const answers = await Promise.all([
      door.get<GenerationOutput>(`/api/generations/status?request_id=${request_id}`),
      door.get<GenerationOutput>(`/api/generations/status?generation_id=${generation_id}`),
      door.get<GenerationOutput>(`/api:_WUcacrv/generations/retrieve?request_id=${request_id}`),
      door.post<GenerationOutput>('/api/generations/retrieve', { generation_id }),
      door.post<GenerationOutput>('/api/generations/status', { request_id, wait: 1 }),
      door.get<GenerationOutput>(`/api/generations/${generation_id}/status?wait=1`),
    ]);
    for (const { status, body } of answers) expect([status, body.generation_id, body.status]).toEqual([200, generation_id, 'completed']);
  });

  test('does not know the generations of others', async () => {
    const { request_id } = await generate({ prompt: uniquePrompt() });
    for (const path of [`generations/${request_id}/status`, `generations/subscribe?request_ids=${request_id}`]) {
      const { status, body } = await stranger.get<ErrorAnswer>(`/api/${path}`);
      expect([status, body.error.code, body.message]).toEqual([404, 'NOT_FOUND', 'Generation not found']);
    }
  });

  test('reports what it ignores, and answers the same to the same idempotency key', async () => {
    const body = { prompt: uniquePrompt(), user_id: 7, settings: { clip_skip: 2 } };
    const headers = { 'idempotency-key': body.prompt };
    const first = await door.post<GenerationOutput>('/api/image/generate', body, headers);
    expect(first.body.adjustments.map(({ parameter, kind }) => [parameter, kind])).toEqual([
      ['user_id', 'dropped'],
      ['settings.clip_skip', 'dropped'],
    ]);
    await untilEnded(door, first.body.request_id);
    const again = await door.post<GenerationOutput>('/api/image/generate', body, headers);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  test.each([
    [{}, 'VALIDATION_ERROR', 'prompt'],
    [{ prompt: 'a', settings: { steps: 0 } }, 'VALIDATION_ERROR', 'settings.steps'],
  ])('refuses %j with the object form of errors', async (body, code, path) => {
    const { status, body: answer } = await door.post<ErrorAnswer>('/api/image/generate', body);
    expect(status).toBe(400);
    expect(answer.error).toMatchObject({ code, details: { fields: [{ path }] } });
    expect(answer.message).toBe(answer.error.message);
  });

  test('needs a key', async () => {
    const { status, body } = await openDoor(gatewayUrl, '').post<ErrorAnswer>('/api/image/generate', { prompt: 'a' });
    expect([status, body.error.code]).toEqual([401, 'UNAUTHORIZED']);
  });
});

describe.concurrent('live events', () => {
  test('of several generations come as one stream, each log from its first event to its last', async () => {
    const [one, two] = await Promise.all([generate({ prompt: uniquePrompt() }), generate({ prompt: uniquePrompt() })]);
    const { status, events } = await collectEvents(await openEvents(door, [one.request_id, two.generation_id]));
    expect(status).toBe(200);
    for (const { generation_id, request_id } of [one, two]) {
      const log = events.map(({ data }) => data).filter((event) => event.generation_id === generation_id);
      expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
      expect(log[0]).toMatchObject({ type: 'accepted', status: 'pending', progress: 0, request_id });
      expect(log.at(-1)).toMatchObject({ type: 'completed', status: 'completed', progress: 100, images: [{ width: 1024 }] });
    }
  });

  test('go on after any of their ids, and say 204 when all was seen', async () => {
    const [one, two] = await Promise.all([generate({ prompt: uniquePrompt() }), generate({ prompt: uniquePrompt() })]);
    const ids = [one.request_id, two.request_id];
    const { events } = await collectEvents(await openEvents(door, ids));
    for (const [index, { id }] of events.entries()) {
      const rest = await collectEvents(await openEvents(door, ids.toReversed(), id));
      const left = events.slice(index + 1).map(({ data }) => `${data.generation_id}/${data.seq}`);
      expect(rest.events.map(({ data }) => `${data.generation_id}/${data.seq}`).sort()).toEqual(left.sort());
      expect(rest.status).toBe(left.length === 0 ? 204 : 200);
    }
  });

  test('reach an EventSource once each, and do not let it come back for ever', async () => {
    const { request_id } = await generate({ prompt: uniquePrompt() });
    const { events, lastStatus } = await followWithEventSource(door, [request_id]);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)?.type).toBe('completed');
    expect(lastStatus).toBe(204);
  });

  test('come over a WebSocket, and go on after an id', async () => {
    const { request_id } = await generate({ prompt: uniquePrompt() });
    const whole = await subscribeOverSocket(door, { request_ids: [request_id] });
    expect(whole.code).toBe(1000);
    expect(whole.messages.map(({ seq }) => seq)).toEqual(whole.messages.map((_, index) => index + 1));
    expect(whole.messages.at(-1)).toMatchObject({ type: 'completed', request_id, images: [{ width: 1024 }] });
    const rest = await subscribeOverSocket(door, { request_ids: [request_id], last_event_id: whole.messages[0]?.id });
    expect(rest.messages).toEqual(whole.messages.slice(1));
  });

  test.each([
    [{ request_ids: ['req_unknown'] }, 'NOT_FOUND'],
    [{ request_ids: [] }, 'VALIDATION_ERROR'],
    [{ request_ids: ['req_unknown'], last_event_id: 'x' }, 'VALIDATION_ERROR'],
    ['not json', 'VALIDATION_ERROR'],
  ])('are refused over a WebSocket for %j', async (subscription, code) => {
    const { messages, code: closed } = await subscribeOverSocket(door, subscription);
    expect([closed, messages.length]).toEqual([1008, 1]);
    expect(messages[0]).toMatchObject({ type: 'error', error: { code } });
  });

  test('need a key over a WebSocket as well', async () => {
    await expect(subscribeOverSocket(openDoor(gatewayUrl, ''), { request_ids: ['req_a'] })).rejects.toThrow();
  });

  test.each([
    ['', 'request_ids'],
    ['request_ids=', 'request_ids'],
    [`request_ids=${Array.from({ length: 51 }, (_, index) => `req_${index}`).join(',')}`, 'request_ids'],
    ['request_ids=req_a&last_event_id=nonsense', 'last_event_id'],
  ])('are refused for ?%.40s', async (query, path) => {
    const { status, body } = await door.get<ErrorAnswer>(`/api/generations/subscribe?${query}`);
    expect([status, body.error]).toMatchObject([400, { code: 'VALIDATION_ERROR', details: { fields: [{ path }] } }]);
  });
});
